/** The findings of a template as a person or a program looks them up. Pure. */
import type { ReviewDefault, ReviewedDefault } from '../cloudformation/control-context.ts';
import type { ControlMetadata } from '../core/controls/control.ts';
import { controlMetadata, controlNames } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import { isObject, isOneOf } from '../core/json.ts';
import { exemptionTagKey } from '../core/policy/exemption-tag-value.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import { type Severity, severityOf } from '../core/severity.ts';
import { visible } from '../core/visible.ts';
import { locate, type Position, type TemplateDocument } from '../template-text/document.ts';
import { type ExpandOptions, expandTemplate } from '../template-text/expand.ts';
import { pathOf } from '../template-text/finding-path.ts';
import { numberTextFindings, textFindings } from '../template-text/text-findings.ts';
import { effectOfDefault } from '../wording/default-policies.ts';
import { findingMessage } from '../wording/finding-message.ts';
import { locationOf } from '../wording/path.ts';
import { usedTagMessage } from '../wording/used-tags.ts';
import { isHarmful, type LiveDetails, liveDetails, liveLines } from './live/details.ts';
import { type SkipComment, skipComments } from './skip-comments.ts';
import { type UsedTag, usedTags } from './used-tags.ts';

export { type Severity, severities } from '../core/severity.ts';

/** One finding, with its position and the metadata of its control. */
export interface LocatedFinding {
  readonly file: string;
  /** From 1; of the property, or of the nearest thing around where it is missing. */
  readonly line: number;
  readonly column: number;
  readonly level: Severity;
  readonly control: Finding['control'];
  readonly code: Finding['code'] | 'immutable-tag-used';
  readonly outcome: Finding['outcome'];
  /** Such as `Orders.Properties.ImageTagMutability`. */
  readonly place: string;
  readonly message: string;
  /** The logical ID; undefined for what is not of one resource. */
  readonly resource?: string;
  /** What the macro writes, in a clause, where it fixes this by itself; the JSON report has the message alone. */
  readonly fix?: string;
  /** Undefined for what is no control: the template's shape, or parameters. */
  readonly about: ControlMetadata | undefined;
  /** What a look at the live repositories has found; undefined without one. */
  readonly live?: LiveDetails | undefined;
  /** The same in lines for people. */
  readonly details?: readonly string[];
}

/** What is found in one template. */
export function findingsOf(template: TemplateDocument, options: ExpandOptions): readonly LocatedFinding[] {
  const expanded = expandTemplate(template.value, options);
  const { findings, outside, namesMacro, isWhole } = expanded;
  const at = (finding: Finding) => locate(template, pathOf(template.value, finding));
  // Only a look at the live repositories reviews what is written.
  const isLooked = options.review !== undefined;
  const reach = namesMacro ? 'hardened' : 'not-named';
  // What the values show of numbers, the text shows better.
  const others = findings.filter(({ code }) => code !== 'number-altered');
  const numbers = numberTextFindings(template).map(({ finding, position }) => ({
    finding: namesMacro && isWhole ? finding : { ...finding, outcome: 'noted' as const },
    position,
  }));
  const { comments, problems } = skipComments(template, options);
  const found = [
    ...[...textFindings(template), ...numbers, ...problems].map(({ finding, position }) =>
      located(template, finding, position, reach),
    ),
    ...others.map((finding) => located(template, finding, at(finding), reach, isLooked)),
    ...outside.map((finding) => located(template, finding, at(finding), 'outside', isLooked)),
    ...('template' in expanded
      ? usedTags(template, expanded.template, findings, options.parameters).map((use) =>
          usedTagFinding(template, use),
        )
      : []),
  ].filter(({ control }) => control !== 'Settings');
  return comments.length === 0
    ? found
    : found.map((finding) => withComment(finding, comments, options.today));
}

function usedTagFinding({ file }: TemplateDocument, use: UsedTag): LocatedFinding {
  const { line, column, tag, repository, repositoryLine, logicalId } = use;
  return {
    file,
    line,
    column,
    level: 'note',
    control: 'TagImmutability',
    code: 'immutable-tag-used',
    outcome: 'noted',
    place: visible(locationOf(use)),
    message: usedTagMessage(tag, repository, repositoryLine),
    resource: visible(logicalId),
    about: controlMetadata.TagImmutability,
  };
}

/** A finding after the comments: one that a comment exempts is a note; what the macro refuses stays an error. */
function withComment(
  finding: LocatedFinding,
  comments: readonly SkipComment[],
  today: string,
): LocatedFinding {
  const { control, line, level, message } = finding;
  const comment = comments.find(
    ({ controls, from, to }) => isOneOf(controls, control) && from <= line && line <= to,
  );
  // What the default policy would delete of a live repository is never hidden.
  if (comment === undefined || level === 'note' || finding.live !== undefined) return finding;
  const { reason, until } = comment;
  if (level === 'error')
    return {
      ...finding,
      message: `${message}; a comment does not exempt from it, Metadata of the resource does`,
    };
  if (until !== undefined && until < today)
    return { ...finding, message: `${message} (its exemption ended on ${until})` };
  const exempt = { control, code: 'exempt', outcome: 'exempt', path: [] } as const;
  const words = messageOf({ ...exempt, exemption: { reason, until } });
  return { ...finding, level: 'note', code: exempt.code, outcome: exempt.outcome, message: words };
}

/** Options that collect the defaults that are written, unless these are already reviewed. */
export function collectDefaults(options: ExpandOptions) {
  const defaults: ReviewedDefault[] = [];
  const review: ReviewDefault = (place) => {
    defaults.push(place);
    return place.finding;
  };
  return { defaults, options: { review, ...options } };
}

/** @param reach whether the template names the macro, and passes it the resource of the finding */
function located(
  { file }: TemplateDocument,
  finding: Finding,
  { line, column }: Position,
  reach: 'hardened' | 'not-named' | 'outside',
  isLooked = false,
): LocatedFinding {
  const { control, code, outcome, logicalId } = finding;
  const level = levelOf(finding, reach === 'hardened');
  const fix = level === 'note' ? fixOf(finding) : undefined;
  return {
    file,
    line,
    column,
    level,
    control,
    code,
    outcome,
    place: visible(locationOf(finding)) || 'template',
    message: messageOf(finding, reach === 'outside', isLooked),
    ...(logicalId === undefined ? {} : { resource: visible(logicalId) }),
    ...(fix === undefined ? {} : { fix }),
    about: isOneOf(controlNames, control) ? controlMetadata[control] : undefined,
    ...(finding.guard === undefined ? {} : { live: liveDetails(finding), details: liveLines(finding) }),
  };
}

/** What the macro writes by itself; of a lifecycle policy also what that deletes. Undefined where it writes nothing. */
function fixOf(finding: Finding): string | undefined {
  const { outcome, control, code, after, guard, path } = finding;
  // What it replaces is the author's own, which is worth a note of its own.
  if (outcome !== 'set' || guard !== undefined) return undefined;
  if (code === 'exemption-tagged') return `the tag ${exemptionTagKey}`;
  const property = path.at(-1);
  if (control !== 'LifecyclePolicy') return control === 'Retain' ? `${property}: Retain` : control;
  const text = isObject(after) ? after[lifecyclePolicyKey] : after;
  // One that is made from a parameter's value is not shown.
  return typeof text === 'string' ? `${control}, which ${effectOfDefault(text)}` : control;
}

/** A finding in words, as a terminal may show it. */
export function messageOf(finding: Finding, isOutside = false, isLooked = false): string {
  return visible(findingMessage(finding, isOutside, isLooked));
}

function levelOf(finding: Finding, isHardened: boolean): Severity {
  return severityOf(finding, isHardened && !isHarmful(finding));
}
