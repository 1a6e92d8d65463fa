/** Expands a whole template as the deployed macro would, wherever the template names it. Pure. */
import {
  expand,
  type MacroConfiguration,
  sizeOverQuota,
  type TemplateSize,
} from '../cloudformation/expand.ts';
import { parameterValues } from '../cloudformation/parameter-values.ts';
import { type Finding, isRefusal } from '../core/finding.ts';
import { isList, isObject, type Json, type JsonObject, member, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { describeFinding } from '../wording/findings.ts';
import { expansionRefusal } from '../wording/refusal.ts';
import { isMarked, parametersBesideMark, withMark, withoutMark } from './expanded-mark.ts';
import {
  elsewhereFinding,
  expandSnippets,
  isOurs,
  logicalIdAt,
  paramsOf,
  placed,
  type RunMacro,
} from './snippets.ts';
import { receivedParameters } from './transform-parameters.ts';

export { macroName } from './snippets.ts';

/** What a template is expanded with. */
export interface ExpandOptions extends Omit<MacroConfiguration, 'describe'> {
  /** The template's parameters with their values; where one is left out, its Default counts. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters of the transform, over those that the template itself gives it. */
  readonly transformParameters: JsonObject;
}

/** The template without the macro's Transform, and every decision; or the message that refuses it. */
export type ExpandedTemplate = {
  readonly findings: readonly Finding[];
  /**
   * The findings in resources that the macro does not receive, if only snippets name it. These resources are kept, and
   * their findings refuse nothing.
   */
  readonly outside: readonly Finding[];
  /** Whether the template names the macro, so that deploying it hardens it. */
  readonly namesMacro: boolean;
  /** Whether the macro receives the whole template, and not only the parts beside snippets. */
  readonly isWhole: boolean;
} & ({ readonly template: JsonObject } | { readonly refusal: string });

/**
 * Expands a template as CloudFormation would by the deployed macro: an `Fn::Transform` that names it first, the most
 * deeply nested one before those around it, then the whole, unless only such snippets name it. A template that does
 * not name it at all is expanded as if its top did, unless it is marked as one that was expanded: expanding twice is
 * expanding once.
 */
export function expandTemplate(template: JsonObject, options: ExpandOptions): ExpandedTemplate {
  const macro = macroOf(template, options);
  const { expanded, covered, elsewhere } = expandSnippets(template, macro.run);
  macro.refuse(elsewhere.map(elsewhereFinding));
  const named = listOf(member(expanded, 'Transform')).find(isOurs);
  const bare = withoutOurs(expanded);
  const isBySnippets = named === undefined && (covered.length > 0 || isMarked(template));
  const params = paramsOf(named ?? null);
  const result = isBySnippets
    ? marked(bare, covered.length > 0, options)
    : marked(macro.run(withoutMark(bare), params, []), Object.keys(params).length > 0, options);
  const namesMacro = named !== undefined || covered.length > 0;
  if (isBySnippets) macro.limit(result);
  const found = distinct([...parametersBesideMark(template), ...macro.findings]);
  const findings = found.map((finding) => asDeployed(finding, namesMacro));
  const outside = isBySnippets ? findingsOutside(bare, covered, options) : [];
  const all = { findings, outside, namesMacro, isWhole: !isBySnippets };
  return macro.refusals.length > 0 || findings.some(isRefusal)
    ? { ...all, refusal: macro.refusals.join('; ') }
    : { ...all, template: result };
}

/** A finding as one about the deployment. */
function asDeployed(finding: Finding, namesMacro: boolean): Finding {
  switch (finding.code) {
    // A template that does not name the macro does not grow, nor pass through it.
    case 'template-too-large':
    case 'number-altered':
      return namesMacro ? finding : { ...finding, outcome: 'noted' };
    // The deployed macro receives a value for each parameter.
    case 'parameter-without-value':
      return { ...finding, outcome: 'undetermined' };
    default:
      return finding;
  }
}

/** The deployed macro, and all its findings. */
function macroOf(template: JsonObject, options: ExpandOptions) {
  const templateParameterValues = parameterValues(template, options.parameters);
  const findings: Finding[] = [];
  const refusals: string[] = [];
  const run: RunMacro = (fragment, given, path) => {
    const { params, findings: open } = receivedParameters(given, template, templateParameterValues);
    refuse(open);
    const expansion = expand(
      {
        fragment,
        params: { ...params, ...options.transformParameters },
        templateParameterValues,
      },
      { ...options, ...reviewIn(path, options), describe: describeFinding },
    );
    findings.push(...expansion.findings.map((finding) => placed(finding, path)));
    if ('fragment' in expansion) return expansion.fragment;
    if (expansion.refusedFor !== 'findings') findings.push(tooLarge(expansion.refusedFor));
    refusals.push(expansionRefusal(expansion) ?? '');
    return fragment;
  };
  const limit = (whole: JsonObject) => {
    const size = sizeOverQuota(whole);
    if (size === undefined) return;
    findings.push(tooLarge(size));
    refusals.push(expansionRefusal({ findings, refusedFor: size }) ?? '');
  };
  const refuse = (refused: readonly Finding[]) => {
    if (refused.length === 0) return;
    findings.push(...refused);
    refusals.push(expansionRefusal({ findings: refused, refusedFor: 'findings' }) ?? '');
  };
  return { run, limit, refuse, findings, refusals };
}

/** The review of defaults, which is told the resource that a snippet is in: the macro itself does not see it. */
function reviewIn(path: Path, { review }: ExpandOptions): Pick<ExpandOptions, 'review'> {
  const logicalId = logicalIdAt(path);
  if (review === undefined || logicalId === undefined) return {};
  return { review: (place) => review({ ...place, logicalId: place.logicalId ?? logicalId }) };
}

/** For resources in which no default is written. */
function withoutReview({ review: _, ...options }: ExpandOptions): ExpandOptions {
  return options;
}

function tooLarge({ bytes, quota }: TemplateSize): Finding {
  return {
    control: 'Template',
    code: 'template-too-large',
    path: [],
    outcome: 'invalid',
    expected: quota,
    count: bytes,
  };
}

/** Each finding once: the run over the whole template reports those of a snippet again. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** The template, marked if expanding it once more, as a whole and without Parameters, would change it, or refuse it. */
function marked(template: JsonObject, mayDiffer: boolean, options: ExpandOptions): JsonObject {
  if (!mayDiffer) return template;
  const { run, refusals } = macroOf(template, withoutReview(options));
  const isSame = run(template, {}, []) === template && refusals.length === 0;
  return isSame ? template : withMark(template);
}

/** The findings in the resources that no snippet covers. */
function findingsOutside(
  template: JsonObject,
  covered: readonly Path[],
  options: ExpandOptions,
): readonly Finding[] {
  const resources = member(template, 'Resources');
  const isCovered = (key: string) =>
    covered.some(
      ([section, name]) => section === undefined || (section === 'Resources' && (name ?? key) === key),
    );
  if (!isObject(resources)) return [];
  const others = Object.entries(resources).filter(([key]) => !isCovered(key));
  if (others.length === 0) return [];
  const { run, findings } = macroOf(template, withoutReview(options));
  run({ ...template, Resources: Object.fromEntries(others) }, {}, []);
  // The run over the snippets has reported the issues of the parameters.
  const own = findings.filter(
    ({ control, logicalId, code }) =>
      (control !== 'Parameters' || logicalId !== undefined) &&
      code !== 'template-too-large' &&
      code !== 'number-altered',
  );
  return own.map((finding) => asDeployed(finding, false));
}

function listOf(transform: Json | undefined): readonly Json[] {
  if (transform === undefined || transform === null) return [];
  return isList(transform) ? transform : [transform];
}

/** The template without the macro's entry in its Transform; the key is removed with the last one. */
function withoutOurs(template: JsonObject): JsonObject {
  const transform = member(template, 'Transform');
  const others = listOf(transform).filter((each) => !isOurs(each));
  if (others.length === listOf(transform).length) return template;
  return withMember(template, 'Transform', others.length === 0 ? undefined : others);
}
