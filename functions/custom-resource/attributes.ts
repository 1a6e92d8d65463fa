/** The attributes for `Fn::GetAtt`. Pure. */
import type { AccountChange } from '../../reconcile/account-settings.ts';
import type { Plan } from '../../reconcile/plan.ts';
import type { Scanning } from '../../reconcile/scanning.ts';
import { isWriting } from '../../reconcile/writes.ts';
import { truncateText } from '../../wording/lists.ts';
import { changeCounts, planWords, refusedPolicyCount, refusedPolicyWords } from '../../wording/notes.ts';

type Attributes = Readonly<Record<string, string>>;

const nothing = 'nothing';

/**
 * The attributes after a change: counts, and for a single repository its own.
 *
 * @param isSingle whether the author named one repository, not a pattern
 */
export function settingsData(plans: readonly Plan[], scanning: Scanning, isSingle: boolean): Attributes {
  const changed = plans.filter(isWriting).length;
  return {
    ...(isSingle ? ofRepository(plans, scanning, ({ target }) => target.tagMutability.mutability) : {}),
    ...counts(plans.length, changed),
  };
}

/** The attributes of a request that selected nothing, because its properties are refused. */
export const noData: Attributes = counts(0, 0);

/**
 * The attributes of a dry run: the current settings, and in WouldChange the changes that would be made.
 *
 * Repositories that only a pattern or a tag selects are counted: otherwise a stack could list the whole registry.
 *
 * @param isNamed whether the author names a repository
 */
export function dryRunData(
  plans: readonly Plan[],
  account: readonly AccountChange[],
  scanning: Scanning,
  isSingle: boolean,
  isNamed: (repository: string) => boolean,
): Attributes {
  const changing = plans.filter(isWriting);
  const isShown = ({ observed }: Plan) => isSingle || isNamed(observed.repository.name);
  const shown = changing.filter(isShown).map((plan) => {
    const words = [planWords(plan), ...refusedPolicyWords(plan)].join('; ');
    return isSingle ? words : `${plan.observed.repository.name} (${words})`;
  });
  const counted = changing.filter((plan) => !isShown(plan));
  const changes = [...shown, ...changeCounts(counted), ...refusedPolicyCount(counted)];
  const settings = account.map(({ name, before, after }) => `${name} ${before ?? 'none'} -> ${after}`);
  return {
    ...(isSingle
      ? ofRepository(plans, scanning, ({ observed }) => observed.settings.tagMutability.mutability)
      : {}),
    ...counts(plans.length, 0),
    WouldChange: truncateText([...settings, ...changes], maxCharacters) || nothing,
  };
}

/**
 * What every response has: CloudFormation fails where a template names an attribute that is missing, such as WouldChange in an
 * output that stays after the dry run.
 */
function counts(matched: number, changed: number): Attributes {
  return {
    ...{ Matched: `${matched}`, Changed: `${changed}`, Unchanged: `${matched - changed}` },
    WouldChange: nothing,
  };
}

function ofRepository(
  [plan]: readonly Plan[],
  { frequencies, type }: Scanning,
  mutabilityOf: (plan: Plan) => string,
): Attributes {
  if (plan === undefined) return {};
  const { arn, uri, name } = plan.observed.repository;
  return {
    RepositoryArn: arn,
    RepositoryUri: uri,
    ImageTagMutability: mutabilityOf(plan),
    ScanFrequency: frequencies.get(name) ?? 'MANUAL',
    ScanType: type,
  };
}

// What fits into CloudFormation's 4,096 bytes beside the rest of the response.
const maxCharacters = 2_000;
