/**
 * Comments in a template that exempt from controls in `check`:
 *
 *     # ecr-hardening: skip=TagImmutability until=2027-01-31 the vendor overwrites stable
 *
 * The deployed macro does not see comments, so that they change nothing of what it does: what it refuses stays an error. Pure.
 */
import { type ControlName, controlNames } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import { isOneOf } from '../core/json.ts';
import { isDay } from '../core/policy/day.ts';
import { applicationPolicy } from '../core/policy/policy.ts';
import type { Position, TemplateDocument } from '../template-text/document.ts';
import type { ExpandOptions } from '../template-text/expand.ts';
import { type Span, spansOf } from '../template-text/spans.ts';
import { tokensOf } from '../template-text/tokens.ts';

/** A comment that exempts, and the lines of the resource that it is about. */
export interface SkipComment {
  readonly controls: readonly ControlName[];
  readonly reason: string;
  /** The last day, as YYYY-MM-DD. */
  readonly until: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** The comments of a template, and what is wrong with others; one that is wrong exempts from nothing. */
export interface SkipComments {
  readonly comments: readonly SkipComment[];
  readonly problems: readonly { readonly finding: Finding; readonly position: Position }[];
}

const mark = /^#+\s*ecr-hardening:\s*(.*)$/;

export function skipComments(template: TemplateDocument, { environment }: ExpandOptions): SkipComments {
  // Most templates have none, and are not read once more.
  if (template.isJson || !/#\s*ecr-hardening:/.test(template.text)) return { comments: [], problems: [] };
  const areAllowed = applicationPolicy(environment).policy.AllowExemptions;
  const comments: SkipComment[] = [];
  const problems: { finding: Finding; position: Position }[] = [];
  for (const { from, text } of tokensOf(template.lined)) {
    const [, content] = mark.exec(text.trimEnd()) ?? [];
    if (content === undefined) continue;
    const position = template.positionOf(from);
    const read = readComment(content);
    const lines = linesFor(template, position);
    const found = [
      ...(areAllowed ? [] : [problem('skip', 'exemption-not-allowed')]),
      ...read.problems,
      ...(lines === undefined ? [problem('skip', 'exemption-names-no-resource')] : []),
    ];
    problems.push(...found.map((finding) => ({ finding, position })));
    if (found.length === 0 && lines !== undefined) comments.push({ ...read.exemption, ...lines });
  }
  return { comments, problems };
}

function readComment(content: string): {
  readonly exemption: Pick<SkipComment, 'controls' | 'reason' | 'until'>;
  readonly problems: readonly Finding[];
} {
  const { skip, until, reason } = fieldsOf(content);
  const names = (skip ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !isOneOf(controlNames, name));
  const problems = [
    ...(names.length === 0 ? [problem('skip', 'exemption-names-nothing')] : []),
    ...unknown.map((actual) =>
      problem('skip', 'exemption-unknown-control', { expected: controlNames, actual }),
    ),
    ...(until === undefined || isDay(until)
      ? []
      : [problem('until', 'exemption-not-a-day', { actual: until })]),
    ...(reason === '' ? [problem('reason', 'exemption-without-reason')] : []),
  ];
  const controls = controlNames.filter((control) => names.includes(control));
  return { exemption: { controls, reason, until }, problems };
}

/** `skip=... until=...` in either order, and the reason behind them. */
function fieldsOf(content: string): { skip?: string; until?: string; reason: string } {
  const fields: { skip?: string; until?: string } = {};
  let rest = content.trim();
  for (let field = fieldIn(rest); field !== null; field = fieldIn(rest)) {
    const [whole, name, value = ''] = field;
    if (name === 'skip') fields.skip = value;
    else fields.until = value;
    rest = rest.slice(whole.length);
  }
  return { ...fields, reason: rest.trim() };
}

function fieldIn(text: string): RegExpExecArray | null {
  return /^(skip|until)=(\S*)\s*/.exec(text);
}

function problem(
  key: string,
  code: Finding['code'],
  details: Pick<Finding, 'expected' | 'actual'> = {},
): Finding {
  return { control: 'Template', code, path: ['comment', key], outcome: 'noted', ...details };
}

/** The lines that a comment is about; undefined if it is below all resources, and in none. */
type Lines = Pick<SkipComment, 'from' | 'to'>;

/** Of the resource on whose line a comment ends, in which it is, or above which; of the whole file above all of them. */
function linesFor(template: TemplateDocument, { line, column }: Position): Lines | undefined {
  const lines = template.lined.split('\n');
  const spans = spansOf(template);
  const resources = spans.filter(isResource);
  const isOn = (at: number) => resources.find(({ from, to }) => from <= at && at <= to);
  const isEmpty = (number: number) => /^\s*(#.*)?$/.test((lines[number - 1] ?? '').trimEnd());
  if (!isEmpty(line)) return isOn(line) ?? wholeFile(line);
  // At the end of a resource its lines end before the comment, which only its column shows to be inside.
  const before = spans.findLast(({ from }) => from < line);
  if (before !== undefined && isResource(before) && column > before.column) return before;
  let target = line;
  while (target < lines.length && isEmpty(target)) target += 1;
  return isOn(target) ?? wholeFile(line);

  function wholeFile(at: number): Lines | undefined {
    return resources.some(({ from }) => from < at) ? undefined : { from: 1, to: lines.length };
  }
}

function isResource({ section, logicalId }: Span): boolean {
  return section === 'Resources' && logicalId !== undefined;
}
