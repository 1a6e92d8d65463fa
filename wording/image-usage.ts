/** Use of images in words: who uses them, what a policy would do to them, and which sources were not read. Clauses. */
import { type ImageUser, type UsageSource, type UsageVerdict, usageSources } from '../core/usage/evidence.ts';
import type { LookReason, NotRead } from '../core/usage/guard.ts';
import type { ImageAtRisk, PolicyEffect } from '../core/usage/policy-effect.ts';
import type { Remedy } from '../core/usage/remedy.ts';

const services: { readonly [Source in UsageSource]: string } = {
  pulls: 'Amazon ECR',
  ecs: 'Amazon ECS',
  lambda: 'AWS Lambda',
  batch: 'AWS Batch',
  codebuild: 'AWS CodeBuild',
  apprunner: 'AWS App Runner',
  sagemaker: 'Amazon SageMaker AI',
  inspector: 'Amazon Inspector',
};

/** The name of a source's service, such as `Amazon ECS`. */
export function serviceName(source: UsageSource): string {
  return services[source];
}

/** Such as `Amazon ECS was not read (ecs:ListTasks is not allowed)`. */
export function notReadClause({ what, reason }: NotRead): string {
  const why = unreadReason(reason);
  switch (what) {
    case 'lifecycle-policy':
      return `its lifecycle policy was not read (${why})`;
    case 'images':
      return `its images were not read (${why})`;
    case 'image-indexes':
      return `which images its image indexes refer to was not read (${why})`;
    default:
      return `${services[what]} was not read (${why})`;
  }
}

/** Why something was not read. */
export function unreadReason(reason: LookReason): string {
  switch (reason.code) {
    case 'denied':
      return `${reason.action} is not allowed`;
    case 'no-response':
      return `${reason.action} did not respond in time`;
    case 'failed':
      return `${reason.action} failed: ${reason.error}`;
    case 'not-available':
      return `${reason.action} is not available in this Region or not turned on`;
    case 'counts-as-pull':
      return 'reading them would count as a pull, without a pull time update exclusion';
    case 'out-of-time':
      return 'time ran out';
    case 'not-requested':
      return 'it was not requested';
    case 'not-evaluated':
      return 'Amazon ECR would refuse the policy';
    default:
      return reason satisfies never;
  }
}

/** The IAM actions that are missing, each once. */
export function missingActions(unread: readonly Pick<NotRead, 'reason'>[]): readonly string[] {
  const actions = unread.flatMap(({ reason }) => (reason.code === 'denied' ? [reason.action] : []));
  return [...new Set(actions)].sort();
}

/** Users by their ARNs; one that has none, such as a workload that Amazon Inspector reports, by its service. */
export function usersText(users: readonly ImageUser[], max: number): string {
  return fewOf(
    users.map(({ arn, source }) => arn || services[source]),
    max,
  );
}

/** Such as `in use by arn:aws:ecs:...`, `last pulled on 2026-11-20`, `no evidence of use`. */
export function verdictClause(verdict: UsageVerdict, maxUsers: number): string {
  switch (verdict.kind) {
    case 'in-use':
      return `in use by ${usersText(verdict.users, maxUsers)}`;
    case 'pulled':
      return `last pulled on ${new Date(verdict.pulledAt).toISOString().slice(0, 10)}`;
    case 'no-evidence':
      return 'no evidence of use';
    default:
      return verdict satisfies never;
  }
}

// An ordinary digest is told from the others of a repository by fewer.
const maxDigestCharacters = 'sha256:'.length + 12;

/** Such as `v1, latest (sha256:0123456789ab): in use by arn:aws:ecs:...`. */
export function imageClause({ digest, tags, verdict, mayBeReferenced }: ImageAtRisk, maxUsers = 2): string {
  const name = tags.length === 0 ? 'untagged' : fewOf(tags, 2);
  const note = mayBeReferenced ? ' (it stays if an image index refers to it, which is not known)' : '';
  return `${name} (${digest.slice(0, maxDigestCharacters)}): ${verdictClause(verdict, maxUsers)}${note}`;
}

/** Such as `expire 480 images, 160 of them in use and 7 pulled recently`. */
export function effectClause({ expiring, archiving, inUse }: PolicyEffect): string {
  const actions = [
    ...(expiring > 0 || archiving === 0 ? [`expire ${images(expiring)}`] : []),
    ...(archiving > 0 ? [`archive ${images(archiving)}`] : []),
  ];
  const pulled = inUse.filter(({ verdict }) => verdict.kind === 'pulled').length;
  const kinds = [
    ...(inUse.length > pulled ? [`${count(inUse.length - pulled)} of them in use`] : []),
    ...(pulled > 0 ? [`${count(pulled)}${inUse.length > pulled ? '' : ' of them'} pulled recently`] : []),
  ];
  return `${actions.join(' and ')}${kinds.length === 0 ? '' : `, ${kinds.join(' and ')}`}`;
}

/** Such as `set KeepImages: 121 and ExpireUntaggedAfterDays: 0`. */
export function remedyClause(remedy: Remedy): string {
  return `set ${Object.entries(remedy)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' and ')}`;
}

/** The sources that were read, for what "no evidence" is worth: such as `Amazon ECR, Amazon ECS and AWS Lambda`. */
export function sourcesRead(unread: readonly NotRead[]): string {
  const read = usageSources.filter((source) => !unread.some(({ what }) => what === source));
  return fewOf(
    read.map((source) => services[source]),
    usageSources.length,
  );
}

function fewOf(texts: readonly string[], max: number): string {
  const rest = texts.length - max;
  const shown = rest > 0 ? [...texts.slice(0, max), `${count(rest)} more`] : texts;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

function images(number: number): string {
  return `${count(number)} ${number === 1 ? 'image' : 'images'}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
