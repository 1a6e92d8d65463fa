/** What becomes of each repository of a batch before anything is changed. Pure. */

import type { Read, UnreadReason } from '../audit/unread.ts';
import { isUnknown } from '../core/known.ts';
import { endsSoon, exemptionTagKey, parseExemptionTag } from '../core/policy/exemption-tag.ts';
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import { exemptSettings } from '../reconcile/exemptions.ts';
import type { Assessment, PartReason } from './assess.ts';
import type { KeeperSettings } from './batch-context.ts';
import type { ResultExemption, ResultNote, ResultReason, ResultState, SettingChange } from './results.ts';

/** What is known of a repository that is not safe. */
export interface DecisionInput {
  readonly assessment: Assessment;
  readonly stack: Read<string | undefined>;
  /** Its own tags; undefined where they do not matter. */
  readonly tags: Read<ReadonlyMap<string, string>> | undefined;
}

/** What is to be changed, or the state that it has without a change. */
export interface Decision {
  readonly state: Extract<ResultState, 'safe' | 'exempt' | 'left-to-stack' | 'refused'> | 'to-harden';
  readonly changes: readonly SettingChange[];
  readonly reason?: ResultReason;
  readonly exemption?: ResultExemption;
  readonly notes: readonly ResultNote[];
}

/** Whether tags and stack matter at all. */
export function isSafe({ changes, withheld }: Assessment): boolean {
  return changes.length === 0 && withheld.length === 0;
}

/** An exemption is looked at first, then whose the repository is. */
export function decide(
  { assessment, stack, tags }: DecisionInput,
  { policy, stackOwned }: Pick<KeeperSettings, 'policy' | 'stackOwned'>,
  now: number,
): Decision {
  const { notes } = assessment;
  if (isSafe(assessment)) return { state: 'safe', changes: [], notes };
  if (isUnknown<ReadonlyMap<string, string> | undefined, UnreadReason>(tags))
    return { state: 'refused', changes: [], reason: { code: 'tags-unread', reason: tags.unknown }, notes };
  const exempt = tags === undefined ? [] : exemptSettings(tags, now, policy);
  const found = exemptionIn(tags, now);
  const about = { notes, ...(found === undefined ? {} : { exemption: found }) };
  const changes = assessment.changes.filter(({ setting }) => !exempt.includes(setting));
  const withheld = assessment.withheld.filter((each) => !exempt.includes(settingOf(each)));
  const [reason] = withheld;
  if (changes.length === 0 && reason === undefined) return { ...about, state: 'exempt', changes };
  if (stackOwned === 'Report' && changes.length > 0) {
    if (isUnknown<string | undefined, UnreadReason>(stack))
      return {
        ...about,
        state: 'refused',
        changes: [],
        reason: { code: 'stack-unread', reason: stack.unknown },
      };
    if (stack !== undefined) return { ...about, state: 'left-to-stack', changes };
  }
  if (changes.length === 0 && reason !== undefined) return { ...about, state: 'refused', changes, reason };
  return { ...about, state: 'to-harden', changes, notes: [...notes, ...withheld] };
}

function settingOf({ code }: PartReason): WritableSettingName {
  return code === 'origin-unread' ? 'tagMutability' : 'lifecyclePolicy';
}

function exemptionIn(
  tags: ReadonlyMap<string, string> | undefined,
  now: number,
): ResultExemption | undefined {
  const value = tags?.get(exemptionTagKey);
  if (value === undefined) return undefined;
  const today = new Date(now).toISOString().slice(0, 10);
  const parsed = parseExemptionTag(value, today);
  return 'problem' in parsed ? parsed : { ...parsed, endsSoon: endsSoon(parsed, today) };
}
