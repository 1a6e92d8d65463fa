import { structuredPatch } from 'diff';
import { isObject, type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { locate, readDocument, type TemplateDocument } from '../../templates/document.ts';
import { isEqual } from '../../templates/edit.ts';
import { type ExpandOptions, expandTemplate } from '../../templates/expand.ts';
import type { Colours } from '../colours.ts';
import { filesOf, readInput } from '../input.ts';
import { expandedText } from './expand.ts';

/** `ecr-hardening diff`: what would change, by resource, and what CloudFormation would make of it. */
export function diffCommand(given: readonly string[], options: ExpandOptions, colours: Colours): string {
  const texts = filesOf(given).map((file) => diffOf(readInput(file), options, colours));
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
  const starts = resourceLines(readDocument(after, template.file));
  const owner = (line: number) => starts.findLast(({ from }) => from <= line)?.name ?? '';
  const groups = new Map<string, string[]>();
  for (const { newStart, newLines, lines } of hunks) {
    const name = owner(newLines === 0 ? newStart + 1 : newStart);
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

/** The first line of each resource, and of what stands around them, in their order. */
function resourceLines(
  template: TemplateDocument,
): readonly { readonly from: number; readonly name: string }[] {
  const { value } = template;
  return Object.keys(value)
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
}

/** What CloudFormation does with a resource that is deployed as it was, and now is as it would be. */
function effectOf(before: JsonObject, after: JsonObject, name: string): string {
  const [old, now] = [before, after].map((template) => {
    const resources = member(template, 'Resources');
    const resource = isObject(resources) ? member(resources, name) : undefined;
    return isObject(resource) ? resource : {};
  });
  const properties = [old, now].map((resource) => {
    const found = resource === undefined ? undefined : member(resource, 'Properties');
    return isObject(found) ? found : {};
  });
  const isChanged = (key: string) => !isEqual(properties[0]?.[key], properties[1]?.[key]);
  // Create-only as a whole: the schema of AWS::ECR::Repository.
  if (
    now !== undefined &&
    member(now, 'Type') === 'AWS::ECR::Repository' &&
    isChanged('EncryptionConfiguration')
  )
    return 'CloudFormation replaces it, and cannot where it has a RepositoryName';
  return isEqual(properties[0], properties[1])
    ? 'CloudFormation does nothing to the resource itself'
    : 'CloudFormation updates it in place';
}
