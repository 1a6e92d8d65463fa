/** Why a request is refused: sentences for stack events, and the same for the log, without values. */

import type { ControlName } from '../core/controls/index.ts';
import { groupBy } from '../core/group-by.ts';
import { exemptionTagKey } from '../core/policy/exemption-tag.ts';
import { matchesEveryTag } from '../core/settings/matches-every-tag.ts';

import type { Loss, Mismatch, Refusal, RepositoryRefusal } from '../reconcile/outcome.ts';
import type { Scanning } from '../reconcile/scanning.ts';
import { unscanned } from '../reconcile/scanning.ts';
import { type IsNamed, imagesInUseSentence, usageUnreadSentence } from './images-in-use.ts';
import { repositories, truncateList } from './lists.ts';
import { mutabilityWords } from './settings.ts';

/** One or more sentences: the cause and the fix. */
export function refusalSentence(refusal: Refusal, isNamed: IsNamed = () => true): string {
  switch (refusal.code) {
    case 'account-weakened': {
      const changes = refusal.changes.map(({ name, before, after }) => `${name} ${before} -> ${after}`);
      return `${changes.join(' and ')} would make the account less safe than it is, which is refused unless the application is deployed with AllowWeakening: true.`;
    }
    case 'account-not-allowed': {
      const names = refusal.changes.map(({ name }) => name).join(' and ');
      return `AccountSettings ${names} would change the whole account, which is refused unless the application is deployed with AllowAccountSettings: true.`;
    }
    case 'not-found':
      return `Repository ${refusal.repository} does not exist in this account and region: create it first, or correct RepositoryName.`;
    case 'no-match': {
      const { patterns } = refusal;
      const rest = patterns.length > 10 ? ` and ${patterns.length - 10} more` : '';
      return `No repository of this account and region matches ${patterns.slice(0, 10).join(', ')}${rest}: correct it, or set AllowNoMatch: true.`;
    }
    case 'nothing-selected':
      return 'No repository of this account and region is left by RepositoryName, RepositoryNames, RepositoryTags and Exclude together: correct them, or set AllowNoMatch: true.';
    case 'too-many':
      return `The selection matches ${refusal.count} repositories, and one resource manages at most ${refusal.max}: divide them among several, by name.`;
    case 'repositories-refused':
      return `${truncateList(refusedClauses(refusal.refusals, isNamed), 10)}.`;
    case 'out-of-time':
      return outOfTimeSentence(refusal);
    case 'images-in-use':
      return imagesInUseSentence(refusal.images, refusal.withinDays, isNamed);
    case 'usage-unread':
      return usageUnreadSentence(refusal.repositories.length, refusal.unread);
    case 'expiry-not-allowed':
      return 'ProtectPulledWithinDays: 0 would let the lifecycle policy expire images in use, which is refused unless the application is deployed with AllowExpiringImagesInUse: true.';
    case 'deleted':
      return refusal.while === 'read'
        ? `Repository ${refusal.repository} was deleted while it was read.`
        : `Repository ${refusal.repository} was deleted while its settings were written.`;
    case 'not-in-effect':
      return `ECR accepted the settings of ${refusal.repository} but returns ${mismatchWords(refusal.mismatch)} afterwards; another client may be changing it.`;
    case 'not-scanned':
      return unscannedSentence(refusal.scanning);
    case 'in-flight':
      return `${refusal.repository} is being changed by ${refusal.holder}, which did not end in time: deploy again.`;
    default:
      return refusal satisfies never;
  }
}

/** The same for the log. */
export function refusalEntry({ code }: Refusal): string {
  switch (code) {
    case 'account-weakened':
    case 'account-not-allowed':
    case 'repositories-refused':
    case 'expiry-not-allowed':
      return 'refused by policy';
    case 'not-found':
    case 'no-match':
    case 'nothing-selected':
    case 'too-many':
      return 'selection refused';
    case 'out-of-time':
      return 'not enough time';
    case 'images-in-use':
      return 'images in use would expire';
    case 'usage-unread':
      return 'unknown whether images are in use';
    case 'deleted':
      return 'deleted meanwhile';
    case 'not-in-effect':
      return 'not in effect';
    case 'not-scanned':
      return 'not scanned';
    case 'in-flight':
      return 'being changed by another request';
    default:
      return code satisfies never;
  }
}

/** The repositories that a refusal is about, for the log: all of them. */
export function refusedRepositories(refusal: Refusal): readonly string[] {
  switch (refusal.code) {
    case 'repositories-refused':
      return refusal.refusals.map(({ repository }) => repository);
    case 'expiry-not-allowed':
    case 'usage-unread':
      return refusal.repositories;
    case 'images-in-use':
      return [...new Set(refusal.images.map(({ repository }) => repository))];
    default:
      return [];
  }
}

function refusedClauses(refusals: readonly RepositoryRefusal[], isNamed: IsNamed): readonly string[] {
  const unnamed = refusals.filter(({ repository }) => !isNamed(repository));
  const counts = [...groupBy(unnamed, ({ code }) => code).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [countedRefusal(first, repositories(alike.length))];
  });
  return [...refusals.filter(({ repository }) => isNamed(repository)).map(repositoryRefusal), ...counts];
}

/** The same for repositories that are only counted, without what their settings are. */
function countedRefusal(refusal: RepositoryRefusal, count: string): string {
  switch (refusal.code) {
    case 'enforced':
      return repositoryRefusal({ ...refusal, repository: count });
    case 'too-many-claims':
      return `50 resources claim each of ${count} already: delete one of them, or release its claims with ecr-hardening claims`;
    case 'weakens':
      return `${count} would become less safe, which is refused unless ${exceptions(refusal)}`;
    default:
      return refusal satisfies never;
  }
}

function repositoryRefusal(refusal: RepositoryRefusal): string {
  const { repository } = refusal;
  switch (refusal.code) {
    case 'enforced':
      return `${enforcedWords(refusal)} for ${repository} is refused, since this application enforces safe settings (Enforcement: Reject)`;
    case 'weakens':
      return `${refusal.losses.map(lossWords).join(' and ')} would make ${repository} less safe than ${refusal.isKeepers === true ? 'the keeper of this application has made it' : 'it is'}, which is refused unless ${exceptions(refusal)}`;
    case 'too-many-claims':
      return `${repository} is claimed by 50 resources already: delete one of them, or release it with ecr-hardening claims`;
    default:
      return refusal satisfies never;
  }
}

/** When a setting may become less safe. */
function exceptions({ losses, isKeepers }: Extract<RepositoryRefusal, { readonly code: 'weakens' }>): string {
  const allowed = 'the application is deployed with AllowWeakening: true';
  if (isKeepers !== true) return allowed;
  const controls = losses.map(({ setting }) => controlOf[setting]).join('+');
  return `the repository has the tag ${exemptionTagKey} with a value such as "${controls} until 2027-01-31: reason", or ${allowed}`;
}

const controlOf: Readonly<Record<Loss['setting'], ControlName>> = {
  tagMutability: 'TagImmutability',
  scanOnPush: 'ScanOnPush',
  lifecyclePolicy: 'LifecyclePolicy',
};

function enforcedWords({
  tagMutability,
  isScanOff,
}: Extract<RepositoryRefusal, { readonly code: 'enforced' }>): string {
  const isExclusion = tagMutability?.mutability === 'IMMUTABLE_WITH_EXCLUSION';
  const mutability = isExclusion
    ? `ImageTagMutabilityExclusionFilters that match ${tagMutability.exclusions.some(matchesEveryTag) ? 'every' : 'nearly every'} tag`
    : `ImageTagMutability ${tagMutability?.mutability}`;
  return [
    ...(tagMutability === undefined ? [] : [mutability]),
    ...(isScanOff ? ['ImageScanningConfiguration.ScanOnPush false'] : []),
  ].join(' and ');
}

function lossWords(loss: Loss): string {
  switch (loss.setting) {
    case 'tagMutability':
      return `ImageTagMutability ${mutabilityWords(loss.from)} -> ${mutabilityWords(loss.to)}`;
    case 'scanOnPush':
      return 'ScanOnPush true -> false';
    case 'lifecyclePolicy':
      return 'LifecyclePolicy';
    default:
      return loss satisfies never;
  }
}

function mismatchWords(mismatch: Mismatch): string {
  switch (mismatch.code) {
    case 'missing':
      return 'nothing';
    case 'tag-mutability':
      return `ImageTagMutability ${mutabilityWords(mismatch.actual)}`;
    case 'scan-on-push':
      return `ScanOnPush ${mismatch.actual}`;
    case 'lifecycle-policy':
      return 'another LifecyclePolicy';
    default:
      return mismatch satisfies never;
  }
}

function outOfTimeSentence({
  repositories,
  writes,
  neededMs,
  leftMs,
}: Extract<Refusal, { readonly code: 'out-of-time' }>): string {
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  return `The ${repositories} repositories need ${writes} writes, which take about ${seconds(neededMs)} s at ECR's current rate, and the function has ${seconds(leftMs)} s left: nothing was changed. Divide them among several resources, by name, or deploy again.`;
}

const maxUnscanned = 20;

function unscannedSentence(scanning: Scanning): string {
  const names = unscanned(scanning);
  const rest = names.length > maxUnscanned ? ` and ${names.length - maxUnscanned} more` : '';
  const which = `${names.slice(0, maxUnscanned).join(', ')}${rest}`;
  const [who, object] =
    names.length === 1
      ? [`Repository ${which} is`, 'it']
      : [`${names.length} repositories (${which}) are`, 'them'];
  const kind = scanning.type === 'BASIC' ? 'basic' : 'enhanced';
  return `${who} not scanned in effect, and RequireScanning is true: no rule of the registry's ${kind} scanning has a filter that matches ${object}. Add such a rule to the registry's scanning configuration (AWS::ECR::RegistryScanningConfiguration).`;
}
