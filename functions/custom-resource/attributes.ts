/** What `Fn::GetAtt` can ask for. Pure. */
import type { AccountChange } from './account-changes.ts';
import { describePlan, isChanging, type Plan } from './plan.ts';
import type { Scanning } from './scanning.ts';

type Attributes = Readonly<Record<string, string>>;

/**
 * The attributes once everything is as it is wanted: counts always, and those of the repository where one is named.
 *
 * @param isOne whether the author named one repository, not a pattern
 */
export function settingsData(plans: readonly Plan[], scanning: Scanning, isOne: boolean): Attributes {
  const changed = plans.filter(isChanging).length;
  return {
    ...(isOne ? ofRepository(plans, scanning, ({ target }) => target.tagMutability.mutability) : {}),
    ...counts(plans.length, changed),
  };
}

/** The same where nothing was changed: as it is, and in WouldChange what would be. */
export function dryRunData(
  plans: readonly Plan[],
  account: readonly AccountChange[],
  scanning: Scanning,
  isOne: boolean,
): Attributes {
  const changes = plans.filter(isChanging).map((plan) => {
    const words = describePlan(plan);
    return isOne ? words : `${plan.found.repository.name} (${words})`;
  });
  const settings = account.map(({ name, before, after }) => `${name} ${before ?? 'none'} -> ${after}`);
  return {
    ...(isOne ? ofRepository(plans, scanning, ({ found }) => found.repository.tagMutability.mutability) : {}),
    ...counts(plans.length, 0),
    WouldChange: fitting([...settings, ...changes]) || 'nothing',
  };
}

function counts(matched: number, changed: number): Attributes {
  return { Matched: `${matched}`, Changed: `${changed}`, Unchanged: `${matched - changed}` };
}

function ofRepository(
  [plan]: readonly Plan[],
  { frequencies, type }: Scanning,
  mutabilityOf: (plan: Plan) => string,
): Attributes {
  if (plan === undefined) return {};
  const { arn, uri, name } = plan.found.repository;
  return {
    RepositoryArn: arn,
    RepositoryUri: uri,
    ImageTagMutability: mutabilityOf(plan),
    ScanFrequency: frequencies.get(name) ?? 'MANUAL',
    ScanType: type,
  };
}

// What fits into CloudFormation's 4,096 bytes beside the rest of the answer.
const mostCharacters = 2_000;

function fitting(changes: readonly string[]): string {
  let length = 0;
  const fit = changes.filter((change) => {
    length += change.length + 2;
    return length <= mostCharacters;
  });
  const rest = changes.length - fit.length;
  return `${fit.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
