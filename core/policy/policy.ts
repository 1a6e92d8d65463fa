/**
 * The organisation's policy: what "safe" means if an author sets nothing.
 *
 * The same parameters can be set at several levels, the later stronger: built in, application (the parameters of
 * template.yaml, which reach the functions through their environment), the transform's own Parameters, and a
 * resource's Metadata. The table below has the levels of each; documentation is generated from it.
 */
import type { Issue, IssueCode, Parsed } from '../issue.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Path } from '../path.ts';
import type { UsageSource } from '../usage/evidence.ts';
import {
  type Enforcement,
  enforcements,
  type LifecycleGuard,
  parseBoolean,
  parseCount,
  parseEnforcement,
  parseLifecycleGuard,
  parseMutableTags,
  parseProtectedTags,
  parseText,
  parseUsageSources,
} from './values.ts';

/** One policy, whole: every parameter has a value. */
export interface Policy {
  /** Tags that can be overwritten, as ECR wildcard patterns (at most 5); empty: none. */
  readonly MutableTags: readonly string[];
  /** How many images are kept, the newest first; 0: no limit. */
  readonly KeepImages: number;
  /** Days after their push when untagged images expire; 0: never. */
  readonly ExpireUntaggedAfterDays: number;
  /** Days after their last pull when images are archived, in place of `KeepImages`; 0: never. */
  readonly ArchiveUnpulledAfterDays: number;
  /** Tag patterns whose images never expire, and are not archived. */
  readonly ProtectedTags: readonly string[];
  readonly Enforcement: Enforcement;
  /** Whether DeletionPolicy and UpdateReplacePolicy become Retain where absent. */
  readonly Retain: boolean;
  /** The KMS key for repositories without an EncryptionConfiguration; empty: none is written. */
  readonly KmsKey: string;
  /** Whether findings are also written into each resource's Metadata. */
  readonly Report: boolean;
  /** Whether authors can exempt a resource from a control. */
  readonly AllowExemptions: boolean;
  /** Whether Reject allows values that are known only at deployment and may be unsafe. */
  readonly AllowUndetermined: boolean;
  /** What is done where a default lifecycle policy would expire images in use. */
  readonly LifecycleGuard: LifecycleGuard;
  /** The sources of evidence that must be read before a default lifecycle policy may expire anything. */
  readonly LifecycleGuardSources: readonly UsageSource[];
  /** Days after its last pull in which an image counts as in use. */
  readonly ProtectPulledWithinDays: number;
}

export type PolicyName = keyof Policy;

/** The levels at which a parameter can be set. */
export type PolicyScope = 'application' | 'transform' | 'resource';

/** The codes of issues of parameters, beside those of their values. */
export type PolicyCode = 'unknown-parameter' | 'parameter-elsewhere' | 'enforcement-loosened';

/** A finding about the parameters: an `invalid` one cannot be used, a `noted` one has no effect. */
export interface PolicyFinding extends Issue<PolicyCode | IssueCode> {
  readonly control: 'Parameters';
  readonly outcome: 'invalid' | 'noted';
}

interface Parameter<Name extends PolicyName> {
  readonly levels: readonly PolicyScope[];
  readonly parse: (value: Json) => Parsed<Policy[Name]>;
}

const everywhere: readonly PolicyScope[] = ['application', 'transform', 'resource'];
const aboveResources: readonly PolicyScope[] = ['application', 'transform'];
const application: readonly PolicyScope[] = ['application'];

/** Every parameter, once: its levels and how it is read. */
export const policyParameters: { readonly [Name in PolicyName]: Parameter<Name> } = {
  MutableTags: { levels: everywhere, parse: parseMutableTags },
  KeepImages: { levels: everywhere, parse: parseCount },
  ExpireUntaggedAfterDays: { levels: everywhere, parse: parseCount },
  ArchiveUnpulledAfterDays: { levels: everywhere, parse: parseCount },
  ProtectedTags: { levels: everywhere, parse: parseProtectedTags },
  Enforcement: { levels: everywhere, parse: parseEnforcement },
  Retain: { levels: everywhere, parse: parseBoolean },
  KmsKey: { levels: everywhere, parse: parseText },
  Report: { levels: aboveResources, parse: parseBoolean },
  AllowExemptions: { levels: application, parse: parseBoolean },
  AllowUndetermined: { levels: application, parse: parseBoolean },
  LifecycleGuard: { levels: application, parse: parseLifecycleGuard },
  LifecycleGuardSources: { levels: application, parse: parseUsageSources },
  ProtectPulledWithinDays: { levels: application, parse: parseCount },
};

/** What each parameter means, in a sentence or two; outside of the table, so that no function's bundle contains it. */
export const policyDescriptions: { readonly [Name in PolicyName]: string } = {
  MutableTags: 'Tags that can be overwritten, such as latest (patterns with *, at most 5).',
  KeepImages: 'Number of most recent images to keep. 0: no limit.',
  ExpireUntaggedAfterDays: 'Days after the push until untagged images expire. 0: never.',
  ArchiveUnpulledAfterDays:
    'Days after the last pull (or the push, without one) until images are archived; then KeepImages does not apply. 0: never.',
  ProtectedTags: 'Tag patterns of images that never expire, such as release-*.',
  Enforcement:
    'Default keeps unsafe settings of the template and reports them, Override replaces them, Reject fails the change set. A template or a resource can only tighten it.',
  Retain: 'Add DeletionPolicy and UpdateReplacePolicy Retain if they are not set.',
  KmsKey:
    'KMS key for repositories without an EncryptionConfiguration. Adding it to a deployed repository replaces the repository.',
  Report: "Also add every decision to the resource's Metadata in the processed template.",
  AllowExemptions: 'Allow resources to be exempted from a control in their Metadata, with a reason.',
  AllowUndetermined:
    'Allow security settings that are known only at deployment, such as Fn::ImportValue, if Enforcement is Reject.',
  LifecycleGuard:
    'If the default lifecycle policy would expire images in use, Withhold does not write it and reports them, Refuse fails the change set, Off does not look.',
  LifecycleGuardSources:
    'Sources of use that must be readable before a lifecycle policy that expires images is written (pulls, ecs, lambda, batch, codebuild, apprunner, sagemaker, inspector).',
  ProtectPulledWithinDays: 'Days after its last pull in which LifecycleGuard treats an image as in use.',
};

/** All parameter names, in the order of the table. */
export const policyNames = Object.keys(policyParameters).filter(isPolicyName);

/** The names that can be set at one level. */
export function namesAt(level: PolicyScope): readonly PolicyName[] {
  return policyNames.filter((name) => policyParameters[name].levels.includes(level));
}

/** The built-in policy. */
export const builtInPolicy: Policy = {
  MutableTags: [],
  KeepImages: 20,
  ExpireUntaggedAfterDays: 14,
  ArchiveUnpulledAfterDays: 0,
  ProtectedTags: [],
  Enforcement: 'Default',
  Retain: false,
  KmsKey: '',
  Report: false,
  AllowExemptions: true,
  AllowUndetermined: false,
  LifecycleGuard: 'Withhold',
  LifecycleGuardSources: ['pulls', 'ecs', 'lambda'],
  ProtectPulledWithinDays: 90,
};

/**
 * A policy with the values of one more level laid over it.
 *
 * @param values by parameter name; lists may be comma-separated text, numbers and booleans text
 * @param path their path, for the findings
 * @param others other names that are allowed on this level, for the sentence about an unknown one
 * @returns the policy, and a finding for each unknown name, bad value, or Enforcement that would have loosened
 */
export function refinePolicy(
  base: Policy,
  level: PolicyScope,
  values: JsonObject,
  path: Path,
  others: readonly string[] = [],
): { policy: Policy; findings: readonly PolicyFinding[] } {
  const findings: PolicyFinding[] = [];
  const found: { -readonly [Name in PolicyName]?: Policy[Name] } = {};
  const add = (
    name: string,
    issue: Omit<Issue<PolicyCode | IssueCode>, 'path'>,
    outcome: PolicyFinding['outcome'] = 'invalid',
  ) => findings.push({ ...issue, control: 'Parameters', path: [...path, name], outcome });

  const take = <Name extends PolicyName>(name: Name, value: Json) => {
    const parsed = policyParameters[name].parse(value);
    if ('value' in parsed) found[name] = parsed.value;
    else for (const issue of parsed.issues) add(name, issue);
  };
  const allowed = namesAt(level);
  for (const [name, value] of Object.entries(values)) {
    if (!isPolicyName(name))
      add(name, { code: 'unknown-parameter', expected: [...allowed, ...others], actual: name });
    else if (allowed.includes(name)) take(name, value);
    else add(name, { code: 'parameter-elsewhere', expected: policyParameters[name].levels });
  }
  const { Enforcement: actual } = found;
  const { Enforcement: expected } = base;
  if (actual !== undefined && isLooser(actual, expected)) {
    add('Enforcement', { code: 'enforcement-loosened', expected, actual }, 'noted');
    delete found.Enforcement;
  }
  return { policy: { ...base, ...found }, findings };
}

const applicationPath: Path = ["the application's parameters"];

/**
 * The application's policy from named texts, such as a function's environment, which has each parameter by its name.
 * Parameters that are missing keep their built-in value.
 */
export function applicationPolicy(environment: Readonly<Record<string, string | undefined>>): {
  policy: Policy;
  findings: readonly PolicyFinding[];
} {
  const values: Record<string, Json> = {};
  for (const name of namesAt('application')) {
    const value = environment[name];
    // Most are as the template of the application has them; reading those took 0.6 ms of the macro's cold start.
    if (value !== undefined && value !== String(builtInPolicy[name])) values[name] = value;
  }
  return Object.keys(values).length === 0
    ? { policy: builtInPolicy, findings: [] }
    : refinePolicy(builtInPolicy, 'application', values, applicationPath);
}

function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(policyParameters, name);
}

function isLooser(one: Enforcement, other: Enforcement): boolean {
  return enforcements.indexOf(one) < enforcements.indexOf(other);
}
