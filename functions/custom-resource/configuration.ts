/** What a request needs of the application: its parameters, and how it finds out who uses images. */
import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { homeOf } from '../../core/authenticity/origin.ts';
import { isRefusal } from '../../core/finding.ts';
import { applicationPolicy, type Policy } from '../../core/policy/policy.ts';
import { parseBoolean } from '../../core/policy/values.ts';
import type { IndexReader } from '../../reconcile/known-indexes.ts';
import type { SessionOptions } from '../../reconcile/session.ts';
import { issueClause } from '../../wording/issues.ts';
import { parameterProblem } from '../../wording/parameters.ts';
import { shownValues } from '../../wording/values.ts';
import { onDemand } from './on-demand.ts';

/** The application's parameters, and what is wrong with them. */
export function configurationOf(environment: Environment) {
  const { policy, findings } = applicationPolicy(environment);
  const flag = (name: 'AllowWeakening' | 'AllowAccountSettings' | 'AllowExpiringImagesInUse') => {
    const parsed = parseBoolean(environment[name] ?? 'false');
    return 'value' in parsed
      ? { value: parsed.value, problems: [] }
      : {
          value: false,
          problems: parsed.issues.map((issue) => `${name} ${issueClause(issue.code, issue, shownValues)}`),
        };
  };
  const allowWeakening = flag('AllowWeakening');
  const allowAccountSettings = flag('AllowAccountSettings');
  const allowExpiring = flag('AllowExpiringImagesInUse');
  return {
    policy,
    allowWeakening: allowWeakening.value,
    allowAccountSettings: allowAccountSettings.value,
    allowExpiringImagesInUse: allowExpiring.value,
    problems: [
      ...findings.filter(isRefusal).map(parameterProblem),
      ...(environment.ClaimsTable ? [] : ['ClaimsTable is not set']),
      ...allowWeakening.problems,
      ...allowAccountSettings.problems,
      ...allowExpiring.problems,
    ],
  };
}

/** How a request finds out who uses images. */
export function usageOptions(
  invokedFunctionArn: string | undefined,
  { LifecycleGuardSources: required }: Policy,
): SessionOptions['usage'] {
  // The event was refused without it.
  const { account = '', region = '' } = homeOf(invokedFunctionArn) ?? {};
  return {
    registry: { registryId: account, region },
    required,
    connect: (deadline) =>
      onDemand('usage').connectUsage({
        settings: (service) => clientSettings(process.env, service),
        deadline,
      }),
  };
}

/** Reads image indexes, as the role of the function may. */
export function indexReads(calls: EcrCalls): { readonly indexReader: () => IndexReader } {
  return {
    indexReader() {
      const { imageIndexReads, startIndexReader } = onDemand('usage');
      return startIndexReader(imageIndexReads(calls), process.env.FunctionRoleArn);
    },
  };
}
