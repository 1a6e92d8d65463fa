/** What the keeper's functions need of their environment. */
import { type Environment, localEndpoint } from '../../aws/client-settings.ts';
import type { UsageRegistry } from '../../aws/usage/usage-reads.ts';
import { homeOf } from '../../core/authenticity/origin.ts';
import { isRefusal } from '../../core/finding.ts';
import { isOneOf } from '../../core/json.ts';
import { applicationPolicy } from '../../core/policy/policy.ts';
import type { KeeperSettings } from '../../sweep/batch-context.ts';
import { type KeeperMode, keeperModes } from '../../sweep/sweep-info.ts';
import { parameterProblem } from '../../wording/parameters.ts';

/** The application is deployed with values that the keeper cannot use. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
}

/** A variable that the template sets. @throws {@link Misconfigured} */
export function variable(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Misconfigured(`${name} is not set`);
  return value;
}

function mode(environment: Environment, name: string): KeeperMode {
  const value = variable(environment, name);
  if (!isOneOf(keeperModes, value))
    throw new Misconfigured(`${name} must be one of ${keeperModes.join(', ')}`);
  return value;
}

/** The parameter Keeper. @throws {@link Misconfigured} */
export function keeperMode(environment: Environment): KeeperMode {
  return mode(environment, 'Keeper');
}

/** The parameter KeeperSourceRegions. */
export function sourceRegions({ KeeperSourceRegions: text = '' }: Environment): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @throws {@link Misconfigured} */
export function keeperSettings(environment: Environment): KeeperSettings {
  const { policy, findings } = applicationPolicy(environment);
  const problems = findings.filter(isRefusal).map(parameterProblem);
  if (problems.length > 0) throw new Misconfigured(problems.join('; '));
  return {
    mode: keeperMode(environment),
    stackOwned: mode(environment, 'KeeperStackOwned'),
    isLifecycleManaged: environment.KeeperLifecycle === 'true',
    policy,
    stack: variable(environment, 'ApplicationStack'),
  };
}

/** The registry of the account and Region in which a function runs. @throws {@link Misconfigured} */
export function registryOf(functionArn: string | undefined, environment: Environment): UsageRegistry {
  const home = homeOf(functionArn);
  if (home === undefined) throw new Misconfigured('the ARN of the function is not known');
  const { account: registryId, region } = home;
  // The local AWS may be in another Region than its functions say.
  return {
    registryId,
    region: localEndpoint(environment, 'ECR') === undefined ? region : (environment.AWS_REGION ?? region),
  };
}
