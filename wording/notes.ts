/** Notes about a request that succeeds, a clause each; and the changes that a dry run would make. */
import { groupBy } from '../core/group-by.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { HarmSummary } from '../reconcile/guard.ts';
import type { Note } from '../reconcile/outcome.ts';
import type { Plan } from '../reconcile/plan.ts';
import { notReadClause } from './image-usage.ts';
import { refusedPolicyClause } from './images-in-use.ts';
import { repositories, truncateList } from './lists.ts';
import { mutabilityWords, settingList } from './settings.ts';

// Of the images of one repository; a line of the log has room for many.
const maxImageCharacters = 50_000;

export function noteClause(note: Note): string {
  switch (note.code) {
    case 'account-kept':
      return `the account keeps ${note.names.join(' and ')}: AllowAccountSettings is false`;
    case 'account-kept-safer':
      return `the account keeps ${note.names.join(' and ')}: the earlier ${note.names.length === 1 ? 'value is' : 'values are'} less safe`;
    case 'nothing-matches':
      return 'the rollback finds no repository, or only some of those that it names';
    case 'not-scanned':
      return `${truncateList(note.repositories, 10)} ${note.repositories.length === 1 ? 'is' : 'are'} not scanned`;
    case 'usage-unread':
      return `${note.unread.map(notReadClause).join(' and ')}: images that only they use were not protected`;
    case 'properties-refused':
      return 'the rollback is refused, by its properties or by the parameters of the application: what the Update before had changed is reverted as far as it is recorded';
    default:
      return repositoryClause(note);
  }
}

function repositoryClause(note: Extract<Note, { readonly repository: string }>): string {
  const { repository } = note;
  switch (note.code) {
    case 'taken-over':
      return `${repository} is taken over from ${note.from}`;
    case 'returns-to':
      return `${repository} returns to ${note.holder}`;
    case 'changed-by-others': {
      const { settings } = note;
      return `${settingList(settings)} of ${repository} ${settings.length === 1 ? 'was' : 'were'} changed by another client since, and ${settings.length === 1 ? 'stays' : 'stay'}`;
    }
    case 'policy-not-put-back':
      return `${repository} keeps its lifecycle policy: ${keptBecause(note)}`;
    case 'policy-would-be-refused':
      return `${repository}: ${refusedPolicyClause(note.check, note.withinDays, maxImageCharacters)}`;
    case 'kept-safer':
      return `${repository} keeps ${settingList(note.settings)}: ${lessSafe('earlier', note)}`;
    case 'left-safer':
      return `${repository} keeps ${settingList(note.settings)}, since WhenSafer is Keep: ${lessSafe('desired', note)}`;
    case 'deleted':
      return `${repository} was deleted meanwhile`;
    default:
      return note satisfies never;
  }
}

function keptBecause({ imagesInUse, isArchiving = false, unread = [] }: HarmSummary): string {
  if (imagesInUse !== undefined)
    return `the earlier one would ${isArchiving ? 'archive' : 'expire'} ${imagesInUse} ${imagesInUse === 1 ? 'image' : 'images'} in use`;
  return unread.length === 0
    ? 'ECR could not preview what the earlier one would expire'
    : `it is not known whether the earlier one would expire images in use, since ${unread.map(notReadClause).join(' and ')}`;
}

function lessSafe(which: string, { settings }: { readonly settings: readonly unknown[] }): string {
  return `the ${which} ${settings.length === 1 ? 'value is' : 'values are'} less safe`;
}

/** The changes of many plans, such as `ImageTagMutability -> IMMUTABLE in 12 repositories`, without their names. */
export function changeCounts(plans: readonly Plan[]): readonly string[] {
  const changes = plans.flatMap(({ tagMutability, scanOnPush, lifecyclePolicy }) => [
    ...(tagMutability === undefined ? [] : [`ImageTagMutability -> ${mutabilityWords(tagMutability)}`]),
    ...(scanOnPush === undefined ? [] : [`ScanOnPush -> ${scanOnPush}`]),
    ...(lifecyclePolicy === undefined
      ? []
      : [`LifecyclePolicy -> ${lifecyclePolicy === null ? 'none' : 'the given one'}`]),
  ]);
  return [...groupBy(changes, (change) => change)].map(
    ([change, { length }]) => `${change} in ${repositories(length)}`,
  );
}

// What fits into an attribute of a response.
const maxShownCharacters = 1_200;

/** That the lifecycle policy of a dry run would be refused, and why; none otherwise. */
export function refusedPolicyWords({ notes }: Plan): readonly string[] {
  return notes.flatMap((note) =>
    note.code === 'policy-would-be-refused'
      ? [refusedPolicyClause(note.check, note.withinDays, maxShownCharacters)]
      : [],
  );
}

/** The same of many plans, without their names; none if no lifecycle policy would be refused. */
export function refusedPolicyCount(plans: readonly Plan[]): readonly string[] {
  const checks = plans.flatMap(({ notes }) =>
    notes.flatMap((note) => (note.code === 'policy-would-be-refused' ? [note.check] : [])),
  );
  const images = checks.reduce((sum, check) => sum + check.images.length, 0);
  return checks.length === 0
    ? []
    : [
        `the LifecyclePolicy would be refused in ${repositories(checks.length)}, with ${images} ${images === 1 ? 'image' : 'images'} in use`,
      ];
}

/**
 * The changes of a plan, such as `ImageTagMutability MUTABLE -> IMMUTABLE`; empty if there are none.
 *
 * @param wordsOf for the log, which must not have the patterns that the properties set
 */
export function planWords(
  { observed, tagMutability, scanOnPush, lifecyclePolicy }: Plan,
  wordsOf: (tagMutability: TagMutability) => string = mutabilityWords,
): string {
  const { settings, policyText } = observed;
  const earlier = policyText === undefined ? 'none' : 'another';
  return [
    ...(tagMutability === undefined
      ? []
      : [`ImageTagMutability ${wordsOf(settings.tagMutability)} -> ${wordsOf(tagMutability)}`]),
    ...(scanOnPush === undefined ? [] : [`ScanOnPush ${settings.scanOnPush} -> ${scanOnPush}`]),
    ...(lifecyclePolicy === undefined
      ? []
      : [`LifecyclePolicy ${earlier} -> ${lifecyclePolicy === null ? 'none' : 'the given one'}`]),
  ].join('; ');
}
