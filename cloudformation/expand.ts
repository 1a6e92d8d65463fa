import { type Finding, isRefusal } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import { applicationPolicy, refinePolicy } from '../core/policy/policy.ts';
import type { ReviewDefault } from './control-context.ts';
import { hardenWith } from './harden.ts';
import { templateBytes } from './json-size.ts';
import { numberFindings } from './numbers.ts';
import type { DescribeFinding } from './report.ts';
import { loadedRules, type RulesOnDemand } from './rules-on-demand.ts';
import { secretParams, withoutAfter, withoutSecret } from './secret-parameters.ts';
import type { SettingsFunction } from './settings-resource.ts';

// CloudFormation's quotas for a processed template
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const maxBytes = 1_000_000;
const inlineBytes = 51_200;

/** The macro's input. */
export interface ExpandRequest {
  /** The template, or the part of it beside a `Fn::Transform`. */
  readonly fragment: JsonObject;
  /** The transform's own Parameters. */
  readonly params: JsonObject;
  /** The template's parameters, resolved; a list as a list. Never to be logged: it holds NoEcho values. */
  readonly templateParameterValues: JsonObject;
}

/** The context of the request. */
export interface MacroConfiguration {
  /** The function's environment, which has the application's policy. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Today, as YYYY-MM-DD; read only where an exemption ends. */
  readonly today: string;
  /** In place of the function that the environment names. */
  readonly settings?: SettingsFunction;
  /** How `Report` writes a finding into a resource's Metadata. */
  readonly describe: DescribeFinding;
  /** Reviews each default lifecycle policy before it is written into a repository, in the template's order. */
  readonly review?: ReviewDefault;
}

/** How many bytes a processed template has, and the quota that it is over. */
export interface TemplateSize {
  readonly bytes: number;
  readonly quota: number;
}

/**
 * The fragment to deploy, or that it is refused: for its findings, or for its size. The findings either way.
 *
 * With `oversize` it can be deployed only through S3.
 */
export type Expansion = { readonly findings: readonly Finding[] } & (
  | { readonly fragment: JsonObject; readonly oversize?: TemplateSize }
  | { readonly refusedFor: 'findings' }
  | { readonly refusedFor: TemplateSize }
);

/** Hardens what a request holds. Pure. */
export function expand(request: ExpandRequest, configuration: MacroConfiguration): Expansion {
  return expandWith(loadedRules, request, configuration);
}

/** The same, with what only some templates need from wherever the caller has it. */
export function expandWith(
  rules: RulesOnDemand,
  request: ExpandRequest,
  configuration: MacroConfiguration,
): Expansion {
  const { environment, settings = settingsFunction(environment) } = configuration;
  const { fragment: given, params, templateParameterValues: parameters } = request;
  const application = applicationPolicy(environment);
  const transform = refinePolicy(application.policy, 'transform', params, ['Transform', 'Parameters']);
  const secret = secretParams(params, given, parameters);
  const ofParameters = [
    ...application.findings,
    ...transform.findings.map((each) => withoutSecret(each, secret)),
    ...numberFindings(given),
  ];
  // Nothing can be decided by an invalid policy, nor in a template that would be changed.
  if (ofParameters.some(isRefusal)) return { findings: ofParameters, refusedFor: 'findings' };

  const shown = secret.length === 0 ? (each: Finding) => each : withoutAfter;
  const hardened = hardenWith(rules, given, {
    policy: transform.policy,
    parameters,
    today: () => configuration.today,
    settings,
    describe: (each) => configuration.describe(shown(each)),
    review: configuration.review,
  });
  const { fragment } = hardened;
  const findings = [...ofParameters, ...hardened.findings.map(shown)];
  if (findings.some(isRefusal)) return { findings, refusedFor: 'findings' };

  const bytes = templateBytes(fragment);
  if (bytes > maxBytes) return { findings, refusedFor: { bytes, quota: maxBytes } };
  return bytes > inlineBytes
    ? { fragment, findings, oversize: { bytes, quota: inlineBytes } }
    : { fragment, findings };
}

/** The size of a processed template that CloudFormation does not take; undefined where it does. */
export function sizeOverQuota(template: JsonObject): TemplateSize | undefined {
  const bytes = templateBytes(template);
  return bytes > maxBytes ? { bytes, quota: maxBytes } : undefined;
}

/** The custom resource's function, as template.yaml names it; a macro deployed without it completes nothing. */
function settingsFunction(environment: MacroConfiguration['environment']): SettingsFunction | undefined {
  const { SettingsServiceToken: serviceToken, SettingsServiceTimeout: serviceTimeout } = environment;
  return serviceToken === undefined || serviceToken === ''
    ? undefined
    : { serviceToken, serviceTimeout: Number(serviceTimeout ?? '3600') };
}
