/** What an attempt whose function was killed has hardened before, of this sweep or of one that it goes on with: the claims say so. */
import { keeperHolder } from '../core/claims/keeper.ts';
import { type Claim, type ClaimRecord, claimOf } from '../core/claims/record.ts';
import { settings as allSettings } from '../core/settings/repository-settings.ts';
import { hashOf } from '../reconcile/hash.ts';
import { readRecords } from '../reconcile/observe.ts';
import { textOf } from '../reconcile/writes.ts';
import type { BatchContext } from './batch-context.ts';
import { failureEntry } from './failure.ts';
import { withEarlier } from './list.ts';
import type { RepositoryResult, SettingChange } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';

/** The results, with what was hardened already counted as hardened, and not as safe, exempt or refused. */
export async function withEarlierAttempt(
  results: readonly RepositoryResult[],
  info: SweepInfo,
  { claims, objects, times, log }: BatchContext,
): Promise<readonly RepositoryResult[]> {
  const settled = info.mode === 'Mend' ? results.filter(isSettled) : [];
  if (settled.length === 0) return results;
  const arns = settled.map(({ arn }) => arn);
  try {
    const requests = (await withEarlier(info, objects)).map(({ sweep }) => hashOf(sweep));
    const records = await readRecords(arns, { claims: claims.until(times.working), log });
    return results.map((result) => {
      const record = isSettled(result) ? records.get(result.arn) : undefined;
      const claim = claimOf(record, keeperHolder);
      return record === undefined || claim === undefined || !requests.some((each) => each === claim.request)
        ? result
        : hardenedEarlier(result, changesBy(claim, record));
    });
  } catch (error) {
    // They are safe all the same.
    log({ level: 'WARN', message: 'earlier attempts are not known', ...failureEntry(error) });
    return results;
  }
}

/** Whether nothing was left to change: what is still withheld from a repository, or exempt, was so before as well. */
function isSettled({ state, reason }: RepositoryResult): boolean {
  return state === 'safe' || state === 'exempt' || (state === 'refused' && isWithheld(reason));
}

type Reason = RepositoryResult['reason'];

function isWithheld(
  reason: Reason,
): reason is Extract<Reason, { readonly code: 'origin-unread' | 'lifecycle-withheld' }> {
  return reason?.code === 'origin-unread' || reason?.code === 'lifecycle-withheld';
}

function hardenedEarlier(
  { reason, ...result }: RepositoryResult,
  changes: readonly SettingChange[],
): RepositoryResult {
  const notes = isWithheld(reason) ? [...result.notes, reason] : result.notes;
  return { ...result, state: 'hardened', changes, notes };
}

/** What the last change of a claim has changed. */
export function changesBy(claim: Claim, { policies }: ClaimRecord): readonly SettingChange[] {
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
