/** Why a repository of a sweep is not safe, what else is to be said of it, and what to do. Sentences. */
import { isOfEveryRepository } from '../../audit/origin.ts';
import { driftDays, unknownActor } from '../../core/claims/drift.ts';
import type {
  ResultExemption,
  ResultNote,
  ResultReason,
  SettingChange,
  Watched,
} from '../../sweep/results.ts';
import { unreadClause } from '../audit/unread.ts';
import { notReadClause, usersText } from '../image-usage.ts';
import { refusalSentence } from '../refusals.ts';
import { mutabilityWords, settingList } from '../settings.ts';

/** One or two sentences: the cause and the fix. */
export function reasonSentence(reason: ResultReason): string {
  switch (reason.code) {
    case 'refused':
      return refusalSentence(reason.refusal);
    case 'stack-unread':
      return `It is not known which stack owns it, so it was left as it is: ${unreadClause(reason.reason)}.`;
    case 'origin-unread':
      return `It is not known whether Amazon ECR itself moves its tags, so they stay mutable: ${unreadClause(reason.reason)}.`;
    case 'tags-unread':
      return `It is not known whether its tag ecr-hardening:exempt exempts it, so it was left as it is: ${unreadClause(reason.reason)}.`;
    case 'lifecycle-withheld':
      return `The lifecycle policy was not put: ${withheldBecause(reason)}.`;
    case 'left-after-drift':
      return `Its hardening was undone ${reason.times} times in ${driftDays} days, last by ${actorWords(reason.by)}: it is left alone until you run ecr-hardening claims --resume and its name.`;
    case 'failed':
      return `${reason.operation ?? 'A call'} failed with ${reason.error}: the next sweep tries again, and so does ecr-hardening sweep --again.`;
    case 'not-reached':
      return 'The time of its batch was over before it was done: run ecr-hardening sweep --again.';
    case 'no-result':
      return `Its batch has left no result${reason.error === undefined ? '' : ` (${reason.error})`}: see the log of the batch function, then run ecr-hardening sweep --again.`;
    default:
      return reason satisfies never;
  }
}

/** Who has undone it. */
function actorWords(by: string): string {
  return by === unknownActor ? 'somebody whom no event named' : by;
}

function withheldBecause({
  imagesInUse,
  isArchiving = false,
  unread = [],
}: Omit<Extract<ResultReason, { readonly code: 'lifecycle-withheld' }>, 'code'>): string {
  if (imagesInUse !== undefined)
    return `it would ${isArchiving ? 'archive' : 'expire'} ${imagesInUse} ${imagesInUse === 1 ? 'image' : 'images'} in use`;
  return unread.length === 0
    ? 'what it would expire is not known'
    : `it is not known whether it would expire images in use, since ${unread.map(notReadClause).join(' and ')}`;
}

/** A sentence about something else. */
export function resultNote(note: ResultNote): string {
  switch (note.code) {
    case 'stays-mutable':
      return filledByEcr(note.origin);
    case 'origin-unread':
    case 'lifecycle-withheld':
      return reasonSentence(note);
    case 'not-scanned':
      return "It has ScanOnPush, but the rules of the registry's scanning configuration leave it out: add a filter that matches it.";
    case 'left-safer':
      return `${settingList(note.settings)}: what is set is safer than the default, and stays.`;
    case 'taken-over':
      return `It is taken over from ${note.from}.`;
    case 'returns-to':
      return `It returns to ${note.holder}.`;
    case 'changed-by-others':
      return `${settingList(note.settings)}: changed by another client since, and not restored.`;
    case 'policy-not-put-back':
      return `Its lifecycle policy stays: ${restoredBecause(note)}.`;
    case 'created-again':
      return 'It was deleted and created again during the sweep: the next sweep looks at it.';
    default:
      return note satisfies never;
  }
}

function filledByEcr(origin: Extract<ResultNote, { readonly code: 'stays-mutable' }>['origin']): string {
  if (origin.kind === 'replica')
    return `It is replicated from ${origin.region}, and its tags follow their source: it stays mutable.`;
  const { prefix, upstream } = origin;
  return isOfEveryRepository(prefix)
    ? `It may be a pull through cache of ${upstream}, since a rule with the prefix ROOT is for every repository that no other rule is for: it stays mutable. If you push to it, make it immutable yourself.`
    : `It is a pull through cache of ${upstream}, and its tags follow their upstream: it stays mutable.`;
}

function restoredBecause(harm: Omit<Extract<ResultNote, { readonly code: 'policy-not-put-back' }>, 'code'>) {
  return withheldBecause(harm).replace(/^it/, 'the original one');
}

/** Such as `ImageTagMutability MUTABLE -> IMMUTABLE`. */
export function changeClause(change: SettingChange): string {
  switch (change.setting) {
    case 'tagMutability':
      return `ImageTagMutability ${mutabilityWords(change.before)} -> ${mutabilityWords(change.after)}`;
    case 'scanOnPush':
      return `ScanOnPush ${change.before} -> ${change.after}`;
    case 'lifecyclePolicy':
      return `LifecyclePolicy ${change.before === null ? 'none' : 'present'} -> ${change.after === null ? 'none' : change.before === null ? 'present' : 'replaced'}`;
    default:
      return change satisfies never;
  }
}

/** What its exemption tag says. */
export function exemptionSentence(exemption: ResultExemption): string {
  if ('problem' in exemption) {
    const { code, actual } = exemption.problem;
    const wrong = {
      'exemption-unknown-control': `${actual || 'its beginning'} is not a control`,
      'exemption-not-a-day': `${actual || 'the word after until'} is not a day such as 2027-01-31`,
      'exemption-without-reason': 'it has no reason',
    }[code];
    return `Its tag ecr-hardening:exempt exempts it from nothing: ${wrong}. Write it as TagImmutability+ScanOnPush until 2027-01-31: reason.`;
  }
  const { controls, until, reason, state, endsSoon } = exemption;
  const what = `exempt from ${controls.join(' and ')}`;
  const last = until === undefined ? '' : ` until ${until}`;
  switch (state) {
    case 'in force':
      return `It is ${what}${last}${endsSoon ? ', which is within 14 days' : ''}: ${reason}.`;
    case 'ended':
      return `It was ${what}${last}, which is over: ${reason}.`;
    default:
      return state satisfies never;
  }
}

const maxDigestCharacters = 'sha256:'.length + 12;

/** What its present lifecycle policy will do to images in use, a sentence each. */
export function riskSentences({ images, first, isComplete }: Watched): readonly string[] {
  if (images === 0)
    return isComplete
      ? []
      : [
          'Its lifecycle policy will remove images, and not every source of use was read: some may be in use.',
        ];
  const rest = images - first.length;
  return [
    `Its lifecycle policy will remove ${images} ${images === 1 ? 'image' : 'images'} in use: raise its countNumber, or protect their tags.`,
    ...first.map((image) => {
      const name = image.tags.length === 0 ? 'untagged' : image.tags.join(', ');
      const user =
        image.users.length > 0
          ? `in use by ${usersText(image.users, 3)}${image.moreUsers > 0 ? ` and ${image.moreUsers} more` : ''}`
          : `last pulled on ${image.pulledAt === undefined ? 'an unknown day' : new Date(image.pulledAt).toISOString().slice(0, 10)}`;
      const when = image.withinDays <= 1 ? 'at any time' : `within ${image.withinDays} days`;
      return `${name} (${image.digest.slice(0, maxDigestCharacters)}), ${user}: ${image.action === 'archive' ? 'archived' : 'deleted'} ${when}.`;
    }),
    ...(rest > 0 ? [`And ${rest} more.`] : []),
    ...(isComplete ? [] : ['More may be at risk: not every source of use was read.']),
  ];
}
