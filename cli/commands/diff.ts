import type { JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { visible } from '../../core/visible.ts';
import { readDocument, type TemplateDocument } from '../../template-text/document.ts';
import { type ExpandOptions, expandTemplate } from '../../template-text/expand.ts';
import { spansOf } from '../../template-text/spans.ts';
import type { Colours } from '../colours.ts';
import { effectOf } from '../diff/effects.ts';
import { hunksOf, type Version } from '../diff/hunks.ts';
import { changesOf, ownersByLine, theTemplate } from '../diff/owners.ts';
import { collectDefaults } from '../findings.ts';
import { forEachTemplate, type InputOptions, skippedSentence } from '../input/templates.ts';
import { defaultNotes, liveNotes } from '../live/default-notes.ts';
import type { LookAtTemplates } from '../live/model.ts';
import { expandedText } from './expand.ts';

/** `ecr-hardening diff`: what would change, by resource, and what CloudFormation would make of it. */
export async function diffCommand(
  given: readonly string[],
  options: ExpandOptions,
  colours: Colours,
  live?: LookAtTemplates,
  input: InputOptions = {},
): Promise<string> {
  const templates: TemplateDocument[] = [];
  const texts: string[] = [];
  const show = (template: TemplateDocument, withOptions: ExpandOptions) =>
    texts.push(diffOf(template, withOptions, colours));
  // Without a look at what is live, nothing of a template is kept: there may be thousands.
  const { skipped } = await forEachTemplate(given, input, (template) => {
    if (live === undefined) show(template, options);
    else templates.push(template);
  });
  const look = live && (await live(templates, options));
  for (const template of templates) show(template, look?.optionsFor(template) ?? options);
  const note = visible(skippedSentence(skipped));
  return [...texts, ...(note === '' ? [] : [`${note}\n`])].join('\n');
}

function diffOf(template: TemplateDocument, options: ExpandOptions, colours: Colours): string {
  const { bold, dim } = colours;
  const text = expandedText(template, options);
  const file = bold(visible(template.file));
  const { defaults, options: collecting } = collectDefaults(options);
  const expanded = expandTemplate(template.value, collecting);
  if ('refusal' in expanded) throw new Problem(expanded.refusal);
  const about = options.review === undefined ? defaultNotes(defaults) : liveNotes(expanded.findings);
  const notes = about.map((line) => `    ${dim('note')} ${line}\n`);
  if (text === template.text) return `${file}: nothing changes\n${notes.join('')}`;
  const blocks = groupsOf(template, text, expanded.template, colours).map(({ names, lines }) => {
    const titles = names.map((name) =>
      name === theTemplate
        ? 'the template'
        : `${visible(name)}: ${effectOf(template.value, expanded.template, name)}`,
    );
    return [...titles.map((title) => `  ${dim(title)}\n`), ...lines.map((line) => `  ${line}\n`)].join('');
  });
  return `${file}\n${blocks.join('')}${notes.join('')}`;
}

/** Lines that differ, and the resources that they are about. */
interface Group {
  readonly names: readonly string[];
  readonly lines: readonly string[];
}

/** Every changed resource is in exactly one of the groups, in some without a line. */
function groupsOf(
  template: TemplateDocument,
  text: string,
  after: JsonObject,
  { green, red }: Colours,
): readonly Group[] {
  const changes = changesOf(template.value, after);
  const before = versionOf(template);
  const now = versionOf(readDocument(text, template.file));
  const [ownersBefore, ownersNow] = [ownersByLine(changes, before.spans), ownersByLine(changes, now.spans)];
  const ofLines = hunksOf(before, now).flatMap(({ oldStart, newStart, lines }): Group[] => {
    const gone = lines.filter((line) => line.startsWith('-'));
    const added = lines.filter((line) => line.startsWith('+'));
    return [
      ...gone.map((line, index) => ({ names: ownersBefore(oldStart + index), lines: [red(lineOf(line))] })),
      ...added.map((line, index) => ({ names: ownersNow(newStart + index), lines: [green(lineOf(line))] })),
    ];
  });
  const others = [...changes.resources].map((name) => ({ names: [name], lines: [] }));
  return joined([...ofLines, ...others]);
}

function versionOf(template: TemplateDocument): Version {
  return { text: template.lined, spans: spansOf(template) };
}

/** A line of a template, as it may be shown; tabs stay. */
function lineOf(line: string): string {
  return line.replace(/\r$/, '').split('\t').map(visible).join('\t');
}

/** Groups that share a resource become one, in the place of the first. */
function joined(groups: readonly Group[]): readonly Group[] {
  const byName = new Map<string, Joined>();
  const all = new Set<Joined>();
  for (const [order, { names, lines }] of groups.entries()) {
    const sharing = new Set(names.flatMap((name) => byName.get(name) ?? []));
    const [first = { order, names: new Set<string>(), lines: [] }, ...others] = [...sharing].toSorted(
      (one, other) => one.order - other.order,
    );
    all.add(first);
    for (const each of [...others, { names, lines }]) {
      first.lines.push(...each.lines);
      for (const name of each.names) byName.set(name, first);
      for (const name of each.names) first.names.add(name);
    }
    for (const each of others) all.delete(each);
  }
  return [...all].map((each) => ({ names: [...each.names], lines: each.lines }));
}

/** A group that others are added to. */
interface Joined {
  readonly order: number;
  readonly names: Set<string>;
  readonly lines: string[];
}
