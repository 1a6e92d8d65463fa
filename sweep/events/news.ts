/** Which outcomes of events people are notified of. Pure. */
import { isUnknown } from '../../core/known.ts';
import type { RegistryEvent } from '../../core/registry-events/event.ts';
import type { EventOutcome } from './events-context.ts';

const settingSubjects: readonly RegistryEvent['subject'][] = [
  'creation',
  'tagMutability',
  'scanOnPush',
  'image',
];

/**
 * What was done or has to be done by somebody, once. What is safe or exempt is none, nor is a repository that was left alone
 * before.
 */
export function isNews(outcome: EventOutcome): boolean {
  return isNewsOfSettings(outcome) || isNewsOfPolicies(outcome);
}

/** Whether its settings are news, and not only a policy that somebody has changed. */
export function isNewsOfSettings({ result: { state }, events, drift }: EventOutcome): boolean {
  const isAboutSettings = events.some(({ subject }) => settingSubjects.includes(subject));
  switch (state) {
    case 'hardened':
    case 'failed':
      return true;
    case 'left-after-drift':
      return drift?.isNewlyLeft === true;
    case 'would-harden':
    case 'left-to-stack':
    case 'refused':
      return isAboutSettings;
    default:
      return false;
  }
}

function isNewsOfPolicies({ lifecycle, publicBy = [], unread = [] }: EventOutcome): boolean {
  if (publicBy.length > 0 || unread.length > 0) return true;
  return lifecycle !== undefined && (lifecycle.isKeepers || isAnyAtRisk(lifecycle));
}

/** Whether the present lifecycle policy removes images that were pulled lately. */
export function isAnyAtRisk({ atRisk }: NonNullable<EventOutcome['lifecycle']>): boolean {
  return atRisk !== undefined && !isUnknown(atRisk) && atRisk.images > 0;
}
