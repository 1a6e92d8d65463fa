import { structuredPatch } from 'diff';
import { isEqual, isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { locate, readDocument, type TemplateDocument } from '../../template-text/document.ts';

import { type ExpandOptions, expandTemplate } from '../../template-text/expand.ts';
import type { Colours } from '../colours.ts';
import { filesOf, readInput } from '../input.ts';
import { expandedText } from './expand.ts';

/** `ecr-hardening diff`: what would change, by resource, and what CloudFormation would make of it. */
export async function diffCommand(
  given: readonly string[],
  options: ExpandOptions,
  colours: Colours,
): Promise<string> {
  const texts = (await filesOf(given)).map((file) => diffOf(readInput(file), options, colours));
  return texts.join('\n');
}

function diffOf(
  template: TemplateDocument,
  options: ExpandOptions,
  { bold, green, red, dim }: Colours,
): string {
  const after = expandedText(template, options);
  if (after === template.text) return `${bold(template.file)}: nothing changes\n`;
  const expanded = expandTemplate(template.value, options);
  if ('refusal' in expanded) throw new Problem(expanded.refusal);
  const { hunks } = structuredPatch('', '', template.text, after, '', '', { context: 0 });
  const before = ownersOf(template);
  const now = ownersOf(readDocument(after, template.file));
  const groups = new Map<string, string[]>();
  for (const { oldStart, newStart, newLines, lines } of hunks) {
    // What only goes belongs to nothing any more.
    const name = newLines === 0 ? before(oldStart) : now(newStart);
    const shown = lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => (line.startsWith('+') ? green(line) : red(line)));
    groups.set(name, [...(groups.get(name) ?? []), ...shown]);
  }
  const blocks = [...groups].map(([name, lines]) => {
    const what =
      name === '' ? 'the template' : `${name}: ${effectOf(template.value, expanded.template, name)}`;
    return `  ${dim(what)}\n${lines.map((line) => `  ${line}`).join('\n')}`;
  });
  return `${bold(template.file)}\n${blocks.join('\n')}\n`;
}

/** The resource in which a line stands, or nothing for what stands around them. */
function ownersOf(template: TemplateDocument): (line: number) => string {
  const { value } = template;
  const starts = Object.keys(value)
    .flatMap((section) => {
      const from = locate(template, [section]).line;
      const resources = section === 'Resources' ? member(value, section) : undefined;
      const inner = isObject(resources) ? Object.keys(resources) : [];
      return [
        { from, name: '' },
        ...inner.map((name) => ({ from: locate(template, [section, name]).line, name })),
      ];
    })
    .toSorted((one, other) => one.from - other.from);
  return (line) => starts.findLast(({ from }) => from <= line)?.name ?? '';
}

type Effect = 'nothing' | 'update' | 'replace';

const words: Readonly<Record<Effect, string>> = {
  nothing: 'CloudFormation does nothing to the resource itself',
  update: 'CloudFormation updates it in place',
  replace: 'CloudFormation replaces it, and cannot where it has a RepositoryName',
};

/** What CloudFormation does with a resource, or a loop of some, that is deployed as it was, and now is as it would be. */
function effectOf(before: JsonObject, after: JsonObject, name: string): string {
  const [old, now] = [before, after].map((template) => {
    const resources = member(template, 'Resources');
    return isObject(resources) ? member(resources, name) : undefined;
  });
  return words[effect(old, now)];
}

function effect(old: Json | undefined, now: Json | undefined): Effect {
  // A loop: its identifier, its collection, and the resources of one turn, loops among them.
  if (isList(old) && isList(now)) {
    const [before, after] = [old[2], now[2]];
    if (!isObject(before) || !isObject(after)) return 'nothing';
    const effects = Object.keys(after).map((name) => effect(member(before, name), member(after, name)));
    return (['replace', 'update'] as const).find((each) => effects.includes(each)) ?? 'nothing';
  }
  const properties = [old, now].map((resource) => {
    const found = isObject(resource) ? member(resource, 'Properties') : undefined;
    return isObject(found) ? found : {};
  });
  const isChanged = (key: string) => !isEqual(properties[0]?.[key], properties[1]?.[key]);
  const isRepository = isObject(now) && member(now, 'Type') === 'AWS::ECR::Repository';
  // Create-only as a whole: the schema of AWS::ECR::Repository.
  if (isRepository && isChanged('EncryptionConfiguration')) return 'replace';
  return isEqual(properties[0], properties[1]) ? 'nothing' : 'update';
}
