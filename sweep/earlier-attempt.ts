/** What an earlier attempt of the same batch has hardened before its function was killed: the claims say so. */
import { keeperHolder } from '../core/claims/keeper.ts';
import { type Claim, type ClaimRecord, claimOf } from '../core/claims/record.ts';
import { settings as allSettings } from '../core/settings/repository-settings.ts';
import { hashOf } from '../reconcile/hash.ts';
import { readRecords } from '../reconcile/observe.ts';
import { textOf } from '../reconcile/writes.ts';
import type { BatchContext } from './batch-context.ts';
import { failureEntry } from './failure.ts';
import type { RepositoryResult, SettingChange } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';

/** The results, with what this sweep has hardened already counted as hardened, and not as safe. */
export async function withEarlierAttempt(
  results: readonly RepositoryResult[],
  { sweep, mode }: SweepInfo,
  { claims, times, log }: BatchContext,
): Promise<readonly RepositoryResult[]> {
  const safe = mode === 'Mend' ? results.filter(({ state }) => state === 'safe') : [];
  if (safe.length === 0) return results;
  const arns = safe.map(({ arn }) => arn);
  try {
    const records = await readRecords(arns, { claims: claims.until(times.working), log });
    return results.map((result) => {
      const record = result.state === 'safe' ? records.get(result.arn) : undefined;
      const claim = claimOf(record, keeperHolder);
      return record === undefined || claim?.request !== hashOf(sweep)
        ? result
        : { ...result, state: 'hardened', changes: changesBy(claim, record) };
    });
  } catch (error) {
    // They are safe all the same.
    log({ level: 'WARN', message: 'earlier attempts are not known', ...failureEntry(error) });
    return results;
  }
}

function changesBy(claim: Claim, { policies }: ClaimRecord): readonly SettingChange[] {
  const { beforeLastChange: before, set } = claim;
  const text = (hash = 'none') => textOf(hash, [], policies) ?? null;
  return allSettings
    .filter(({ equals }) => !equals(before, set))
    .map(({ name }): SettingChange => {
      switch (name) {
        case 'tagMutability':
          return { setting: name, before: before.tagMutability, after: set.tagMutability };
        case 'scanOnPush':
          return { setting: name, before: before.scanOnPush, after: set.scanOnPush };
        case 'lifecyclePolicy':
          return {
            setting: name,
            before: text(before.lifecyclePolicy),
            after: text(set.lifecyclePolicy),
          };
        default:
          return name satisfies never;
      }
    });
}
