import { type Finding, isRefusal } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import { applicationPolicy, refinePolicy } from '../core/policy/policy.ts';
import { harden } from './harden.ts';
import { refusalMessage } from './refusal-message.ts';
import type { SettingsFunction } from './settings-resource.ts';

// CloudFormation's quotas for a processed template
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const mostBytes = 1_000_000;
const inlineBytes = 51_200;

/** What a macro is asked to expand. */
export interface ExpandRequest {
  /** The template, or the part of it beside a `Fn::Transform`. */
  readonly fragment: JsonObject;
  /** The transform's own Parameters. */
  readonly params: JsonObject;
  /** The template's parameters, resolved; a list as a list. Never to be logged: it holds NoEcho values. */
  readonly templateParameterValues: JsonObject;
}

/** What is known beside the request. */
export interface MacroConfiguration {
  /** The function's environment, where the application's policy stands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Today, as YYYY-MM-DD. */
  readonly today: string;
  /** In place of the function that the environment names. */
  readonly settings?: SettingsFunction;
}

/** The fragment to deploy, or the message that refuses it; the findings either way. */
export type Expansion = { readonly findings: readonly Finding[]; readonly warning?: string } & (
  | { readonly fragment: JsonObject }
  | { readonly refusal: string }
);

/** Hardens what a request holds. Pure. */
export function expand(
  request: ExpandRequest,
  { environment, today, settings = settingsFunction(environment) }: MacroConfiguration,
): Expansion {
  const application = applicationPolicy(environment);
  const transform = refinePolicy(application.policy, 'transform', request.params, 'Transform.Parameters');
  const configuration = [...application.findings, ...transform.findings];
  // With a policy that nobody meant, nothing may be decided.
  if (configuration.some(isRefusal)) return refuse(configuration, refusalMessage(configuration) ?? '');

  const { fragment, findings } = harden(request.fragment, {
    policy: transform.policy,
    parameters: request.templateParameterValues,
    today,
    settings,
  });
  const all = [...configuration, ...findings];
  const refusal = refusalMessage(all);
  if (refusal !== undefined) return refuse(all, refusal);

  const bytes = Buffer.byteLength(JSON.stringify(fragment));
  const size = `the hardened template has ${bytes} bytes`;
  if (bytes > mostBytes)
    return refuse(all, `${size}, and CloudFormation takes at most ${mostBytes}: split it`);
  const warning = `${size}; over ${inlineBytes} it has to be deployed through S3`;
  return { fragment, findings: all, ...(bytes > inlineBytes ? { warning } : {}) };
}

function refuse(findings: readonly Finding[], refusal: string): Expansion {
  return { findings, refusal };
}

/** The custom resource's function, as template.yaml names it; a macro deployed without it completes nothing. */
function settingsFunction(environment: MacroConfiguration['environment']): SettingsFunction | undefined {
  const { SettingsServiceToken: serviceToken, SettingsServiceTimeout: serviceTimeout } = environment;
  return serviceToken === undefined || serviceToken === ''
    ? undefined
    : { serviceToken, serviceTimeout: Number(serviceTimeout ?? '3600') };
}
