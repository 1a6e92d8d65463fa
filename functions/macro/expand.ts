import { type Finding, isRefusal } from '../../core/finding.ts';
import { harden } from '../../core/harden.ts';
import type { JsonObject } from '../../core/json.ts';
import { refusalMessage } from '../../core/message.ts';
import { applicationPolicy, refinePolicy } from '../../core/policy.ts';
import type { SettingsFunction } from '../../core/settings-resource.ts';
import type { MacroRequest } from './request.ts';

// CloudFormation's quotas for a processed template
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const mostBytes = 1_000_000;
const inlineBytes = 51_200;

/** What the macro knows beside the request. */
export interface Surroundings {
  /** The function's environment, where the application's policy stands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Today, as YYYY-MM-DD. */
  readonly today: string;
}

/** The fragment to deploy, or the message that refuses it; the findings either way. */
export type Expansion = { readonly findings: readonly Finding[]; readonly warning?: string } & (
  | { readonly fragment: JsonObject }
  | { readonly refusal: string }
);

/** Hardens what a request holds. Pure. */
export function expand(request: MacroRequest, { environment, today }: Surroundings): Expansion {
  const application = applicationPolicy(environment);
  const transform = refinePolicy(application.policy, 'transform', request.params, 'Transform.Parameters');
  const configuration = [...application.findings, ...transform.findings];
  // With a policy that nobody meant, nothing may be decided.
  if (configuration.some(isRefusal)) return refuse(configuration, refusalMessage(configuration) ?? '');

  const { fragment, findings } = harden(request.fragment, {
    policy: transform.policy,
    parameters: request.templateParameterValues,
    today,
    settings: settingsFunction(environment),
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
function settingsFunction(environment: Surroundings['environment']): SettingsFunction | undefined {
  const { SettingsServiceToken: serviceToken, SettingsServiceTimeout: serviceTimeout } = environment;
  return serviceToken === undefined || serviceToken === ''
    ? undefined
    : { serviceToken, serviceTimeout: Number(serviceTimeout ?? '3600') };
}
