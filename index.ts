/**
 * EcrHardening in a program: what the macro decides, without AWS.
 *
 * The functions are pure: they call nothing, and never change their input. The clock is read only for the default of `today`,
 * which matters only where an exemption of the template ends. Every option may be left out: the policy is then that of an application with
 * default parameters. A default lifecycle policy is written only if `lifecycle` asks for it, because nobody looks at the
 * images that it would expire.
 */
import type { ReviewDefault } from './cloudformation/control-context.ts';
import { harden as hardenFragment } from './cloudformation/harden.ts';
import { parameterValues } from './cloudformation/parameter-values.ts';
import { deployedTimeout, type SettingsFunction } from './cloudformation/settings-resource.ts';
import type { Finding } from './core/finding.ts';
import type { Issue } from './core/issue.ts';
import { isObject, type Json, type JsonObject, textOf } from './core/json.ts';
import {
  type EvaluatedImage,
  evaluateLifecyclePolicy as evaluate,
  type Verdict,
} from './core/lifecycle/evaluate.ts';
import { applicationPolicy, type Policy } from './core/policy/policy.ts';
import { severityOf } from './core/severity.ts';
import { type ExpandOptions, expandTemplate as expandWhole } from './template-text/expand.ts';
import { failedChecks } from './wording/failed-checks.ts';
import { describeFinding, reasonOf } from './wording/findings.ts';
import { invalidOptions, misshapenImages, misshapenOptions, notATemplate } from './wording/library.ts';
import { refusalMessage } from './wording/refusal.ts';

export type { Issue } from './core/issue.ts';
export type { Json, JsonObject } from './core/json.ts';
export type { EvaluatedImage, Verdict } from './core/lifecycle/evaluate.ts';

/** The controls, by the names that exemptions use. */
export type Control =
  | 'TagImmutability'
  | 'ScanOnPush'
  | 'LifecyclePolicy'
  | 'PublicAccess'
  | 'Retain'
  | 'Encryption';

/** The outcomes of a decision. */
export type Outcome =
  | 'set'
  | 'kept'
  | 'replaced'
  | 'violation'
  | 'undetermined'
  | 'exempt'
  | 'noted'
  | 'invalid';

/** The default lifecycle policy that is asked for; what is left out is as in the application: `{}` asks for its default. */
export interface LifecycleOptions {
  /** How many images are kept, the newest first; 0: no limit. */
  readonly KeepImages?: number;
  /** Days after their push when untagged images expire; 0: never. */
  readonly ExpireUntaggedAfterDays?: number;
  /** Days after their last pull when images are archived, in place of `KeepImages`; 0: never. */
  readonly ArchiveUnpulledAfterDays?: number;
  /** Tag patterns whose images never expire, and are not archived. */
  readonly ProtectedTags?: readonly string[];
}

/**
 * The organisation's policy, by the names of the application's parameters; what is left out has the default there. Those of a
 * look at live repositories (`LifecycleGuard`) have no meaning here.
 */
export interface PolicyOptions {
  /** Tags that can be overwritten, as ECR wildcard patterns (at most 5). */
  readonly MutableTags?: readonly string[];
  /** `Default` keeps unsafe settings of the template and reports them, `Override` replaces them, `Reject` refuses them. */
  readonly Enforcement?: 'Default' | 'Override' | 'Reject';
  /** Whether DeletionPolicy and UpdateReplacePolicy become Retain where they are not set. */
  readonly Retain?: boolean;
  /** The KMS key for repositories without an EncryptionConfiguration. A deployed repository would be replaced. */
  readonly KmsKey?: string;
  /** Whether decisions are also written into each resource's Metadata. */
  readonly Report?: boolean;
  /** Whether a resource's Metadata can exempt it from a control. */
  readonly AllowExemptions?: boolean;
  /** Whether `Reject` allows values that are known only at deployment and may be unsafe. */
  readonly AllowUndetermined?: boolean;
}

/** The names of the parameters in `lifecycle`. */
const lifecycleNames: readonly (keyof LifecycleOptions)[] = [
  'KeepImages',
  'ExpireUntaggedAfterDays',
  'ArchiveUnpulledAfterDays',
  'ProtectedTags',
];

/** What a template is checked and hardened with. */
export interface TemplateOptions {
  readonly policy?: PolicyOptions;
  /** The lifecycle policy for repositories without one. Left out, `harden` and `expandTemplate` write none. */
  readonly lifecycle?: LifecycleOptions;
  /** Values of the template's parameters, as text; for the others their `Default` counts. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The day that exemptions are checked against, as YYYY-MM-DD; left out, the current one (UTC). */
  readonly today?: string;
  /** The ServiceToken of a `Custom::EcrSettings` without one, as text or an intrinsic; left out, none is written. */
  readonly serviceToken?: Json;
}

/** One decision about a template: data, and a message made from it. */
export interface TemplateFinding {
  /** The control that decided, `Template` for a shape, `Parameters` for the Transform's or a resource's own parameters. */
  readonly control: Control | 'Settings' | 'Template' | 'Parameters';
  /** What was found, such as `tag-mutability-not-set`. */
  readonly code: string;
  /**
   * What was decided: `set` a default, `kept` or `replaced` an unsafe value, `violation` refused for it, `undetermined` until
   * deployment, `exempt`, `noted` only, `invalid` for AWS or the macro.
   */
  readonly outcome: Outcome;
  /** The resource; undefined for the template itself, or where only a part of one was given. */
  readonly logicalId?: string | undefined;
  /** Where, from the resource on: `['Properties', 'ImageTagMutability']`. */
  readonly path: readonly (string | number)[];
  /** The template's value, intrinsics unresolved; undefined if it is not set. */
  readonly before?: Json | undefined;
  /** What is written there. */
  readonly after?: Json | undefined;
  /** `error`: the deployed macro refuses it. `warning`: it is unsafe as it is deployed. `note`: good to know. */
  readonly level: 'error' | 'warning' | 'note';
  /** What was found, as a clause, with the third-party checks that fail. It has no value of a template's parameter. */
  readonly message: string;
}

/** A hardened template or fragment; or why it is refused, in one text. The findings either way. */
export type Hardened = { readonly findings: readonly TemplateFinding[] } & (
  | { readonly fragment: JsonObject }
  | { readonly refusal: string }
);

/** A template as the deployed macro would expand it; or why it is refused, in one text. The findings either way. */
export type Expanded = { readonly findings: readonly TemplateFinding[] } & (
  | { readonly template: JsonObject }
  | { readonly refusal: string }
);

/**
 * What `ecr-hardening check` finds in a whole template, apart from what only its text shows, such as a key that is set twice.
 *
 * It writes nothing, so a missing lifecycle policy is reported whether or not `lifecycle` is given.
 *
 * @throws TypeError if an option cannot be used, or the template is no object
 */
export function check(template: JsonObject, options: TemplateOptions = {}): readonly TemplateFinding[] {
  requireTemplate(template);
  const { findings, outside, namesMacro } = expandWhole(template, expandOptions(options));
  return [
    ...findings.map((finding) => described(finding, namesMacro)),
    ...outside.map((finding) => described(finding, false)),
  ].filter(({ control }) => control !== 'Settings');
}

/**
 * Hardens a template, a map of resources, one resource or its properties, whichever it is, and whether or not it names the
 * macro. A `Transform` is kept.
 *
 * Doing it twice is doing it once. What no control touches is shared with the input.
 *
 * @throws TypeError if an option cannot be used, or the fragment is no object
 */
export function harden(fragment: JsonObject, options: TemplateOptions = {}): Hardened {
  requireTemplate(fragment);
  const { environment, today, settings, review } = hardenOptions(options);
  const hardened = hardenFragment(fragment, {
    policy: applicationPolicy(environment).policy,
    parameters: parameterValues(fragment, options.parameters ?? {}),
    today: () => today,
    settings,
    describe: describeFinding,
    review,
  });
  const isAsked = options.lifecycle !== undefined;
  const findings = hardened.findings.map((finding) => described(finding, true, isAsked));
  const refusal = refusalMessage(hardened.findings);
  return refusal === undefined ? { findings, fragment: hardened.fragment } : { findings, refusal };
}

/**
 * Expands a whole template as CloudFormation does with the deployed macro, wherever the template names it; one that does not
 * name it is expanded as if its top did. The result has no `Transform: EcrHardening`.
 *
 * @throws TypeError if an option cannot be used, or the template is no object
 */
export function expandTemplate(template: JsonObject, options: TemplateOptions = {}): Expanded {
  requireTemplate(template);
  const expanded = expandWhole(template, hardenOptions(options));
  const { outside } = expanded;
  const isAsked = options.lifecycle !== undefined;
  const findings = [
    ...expanded.findings.map((finding) => described(finding, true, isAsked)),
    ...outside.map((finding) => described(finding, false, isAsked)),
  ];
  return 'refusal' in expanded
    ? { findings, refusal: expanded.refusal }
    : { findings, template: expanded.template };
}

/**
 * Which images a lifecycle policy expires or archives now; an image without a verdict stays as it is.
 *
 * @param text the policy as ECR has it; if ECR would refuse it, its issues are returned
 * @param images of two pushed at the same time the later in the list counts as the newer; one given twice counts once
 * @param now milliseconds since 1970
 * @returns the verdicts by the priority of their rules, and within a rule the newest image first
 * @throws TypeError if an image has no digest, tags or time of its push, or a time is no number
 */
export function evaluateLifecyclePolicy(
  text: string,
  images: readonly EvaluatedImage[],
  now: number,
): { readonly verdicts: readonly Verdict[] } | { readonly issues: readonly Issue[] } {
  const problem = misshapenImages(images, now);
  if (problem !== undefined) throw new TypeError(problem);
  return evaluate(text, images, now);
}

/** As for a check, but a default lifecycle policy is written only where one is asked for. */
function hardenOptions(options: TemplateOptions): ExpandOptions {
  const checking = expandOptions(options);
  if (options.lifecycle !== undefined) return checking;
  // No default is built, and none that the Transform or a resource's Metadata asks for is written to a repository.
  const none = { KeepImages: '0', ExpireUntaggedAfterDays: '0', ArchiveUnpulledAfterDays: '0' };
  return { ...checking, environment: { ...checking.environment, ...none }, review: leaveOut };
}

const leaveOut: ReviewDefault = ({ finding }) => ({ ...finding, outcome: 'noted', after: undefined });

/** @throws TypeError */
function expandOptions(options: TemplateOptions): ExpandOptions {
  const misshapen = misshapenOptions(options);
  if (misshapen !== undefined) throw new TypeError(misshapen);
  const { policy = {}, lifecycle = {}, parameters = {}, serviceToken } = options;
  const environment = { ...textsOf(policy), ...textsOf(lifecycle) };
  const { findings } = applicationPolicy(environment);
  const problem = invalidOptions({ policy, lifecycle }, lifecycleNames, findings);
  if (problem !== undefined) throw new TypeError(problem);
  const settings: SettingsFunction | undefined =
    serviceToken === undefined ? undefined : { serviceToken, serviceTimeout: deployedTimeout };
  return {
    environment,
    parameters,
    transformParameters: {},
    today: options.today ?? new Date().toISOString().slice(0, 10),
    ...(settings === undefined ? {} : { settings }),
  };
}

/** The parameters as a function's environment has them. */
function textsOf(values: Partial<Policy>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, textOf(value)]])),
  );
}

/** @param isAsked whether a default lifecycle policy was asked for: if not, that is why none was written */
function described(finding: Finding, isHardened: boolean, isAsked = true): TemplateFinding {
  const failed = failedChecks(finding);
  const reason = reasonOf(
    finding.code === 'no-lifecycle-policy' && !isAsked ? { ...finding, outcome: 'set' } : finding,
  );
  const message = failed.length === 0 ? reason : `${reason} (fails ${failed.join(', ')})`;
  const { control, code, outcome, logicalId, path, before, after } = finding;
  const level = severityOf(finding, isHardened);
  return { control, code, outcome, logicalId, path, before, after, level, message };
}

function requireTemplate(template: unknown): asserts template is JsonObject {
  if (!isObject(template)) throw new TypeError(notATemplate);
}
