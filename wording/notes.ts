/** Notes about a request that succeeds, a clause each; and the changes that a dry run would make. */
import type { Note } from '../reconcile/outcome.ts';
import type { Plan } from '../reconcile/plan.ts';
import { repositories, truncateList } from './lists.ts';
import { mutabilityWords, settingList } from './settings.ts';

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
      return note.imagesInUse === undefined
        ? `${repository} keeps its lifecycle policy: ECR could not preview what the earlier one would expire`
        : `${repository} keeps its lifecycle policy: the earlier one would ${note.isArchiving === true ? 'archive' : 'expire'} ${note.imagesInUse} ${note.imagesInUse === 1 ? 'image' : 'images'} in use`;
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
  return [...Map.groupBy(changes, (change) => change)].map(
    ([change, { length }]) => `${change} in ${repositories(length)}`,
  );
}

/** The changes of a plan, such as `ImageTagMutability MUTABLE -> IMMUTABLE`; empty if there are none. */
export function planWords({ observed, tagMutability, scanOnPush, lifecyclePolicy }: Plan): string {
  const { settings, policyText } = observed;
  const earlier = policyText === undefined ? 'none' : 'another';
  return [
    ...(tagMutability === undefined
      ? []
      : [
          `ImageTagMutability ${mutabilityWords(settings.tagMutability)} -> ${mutabilityWords(tagMutability)}`,
        ]),
    ...(scanOnPush === undefined ? [] : [`ScanOnPush ${settings.scanOnPush} -> ${scanOnPush}`]),
    ...(lifecyclePolicy === undefined
      ? []
      : [`LifecyclePolicy ${earlier} -> ${lifecyclePolicy === null ? 'none' : 'the given one'}`]),
  ].join('; ');
}
