/** What the guard of default lifecycle policies decided, and why, in clauses. */
import type { ImageUser, UnreadSource } from '../core/usage/evidence.ts';
import type { GuardCause, LookReason, NotRead } from '../core/usage/guard.ts';
import type { GuardReport } from '../core/usage/guard-report.ts';
import type { ImageAtRisk, PolicyEffect } from '../core/usage/policy-effect.ts';

// A line of the log and the reason of a failed change set have room for these.
const maxImages = 3;
const maxUsers = 2;
const maxRepositories = 3;

/** The clause that follows the path of the property. */
export function guardClause({ outcome, affected, unread }: GuardReport): string {
  switch (outcome.kind) {
    case 'write':
      return `No lifecycle policy; ECR keeps images indefinitely. The default expires ${images(affected)} without evidence of use${notReadNote(unread)}`;
    case 'withhold':
      return `No lifecycle policy is written: ${causeClauses(outcome.causes)}`;
    case 'keep-present':
      return `The present lifecycle policy is kept: ${causeClauses(outcome.causes)}`;
    case 'conflict':
      return `It can be any of ${some(outcome.repositories, maxRepositories)}, and no lifecycle policy is right for all of them. Set a RepositoryName that does not depend on the stack, or a LifecyclePolicy: ${causeClauses(outcome.causes)}`;
    case 'cannot-know':
      return `The present lifecycle policy must not be removed, and cannot be read: ${some(
        outcome.unread.map(({ repository, reason }) => `${repository} (${unreadWords(reason)})`),
        maxRepositories,
      )}`;
    case 'not-found':
      return `The repositories that it can be cannot be read (${unreadWords(outcome.reason)})`;
    default:
      return outcome satisfies never;
  }
}

function causeClauses(causes: readonly GuardCause[]): string {
  const isAtRisk = causes.some(({ code }) => code === 'harms');
  const remedy = isAtRisk
    ? '. Set KeepImages or ProtectedTags in its Metadata (EcrHardening) so that they stay, or a LifecyclePolicy of your own'
    : '';
  return `${some(causes.map(causeClause), maxRepositories, '; ')}${remedy}`;
}

function causeClause(cause: GuardCause): string {
  const { repository } = cause;
  switch (cause.code) {
    case 'harms':
      return `in ${repository} the default would ${effectWords(cause.effect)}, ${atRiskWords(cause.effect.inUse)}`;
    case 'not-default':
      return `${repository} has a policy that is not a default of EcrHardening`;
    case 'unread':
      return `in ${repository} the default may expire images in use: ${cause.unread.map(notReadWords).join(', ')}`;
    default:
      return cause satisfies never;
  }
}

function effectWords({ expiring, archiving }: PolicyEffect): string {
  const parts = [
    expiring === 0 ? [] : `expire ${images(expiring)}`,
    archiving === 0 ? [] : `archive ${images(archiving)}`,
  ];
  return parts.flat().join(' and ');
}

function atRiskWords(inUse: readonly ImageAtRisk[]): string {
  const pulled = inUse.filter(({ verdict }) => verdict.kind === 'pulled').length;
  const kinds = [
    inUse.length === pulled ? [] : `${inUse.length - pulled} in use`,
    pulled === 0 ? [] : `${pulled} pulled recently`,
  ];
  return `${kinds.flat().join(' and ')}: ${some(inUse.map(imageWords), maxImages)}`;
}

function imageWords({ digest, tags, verdict }: ImageAtRisk): string {
  const name = `${tags[0] ?? 'untagged'} (${digest.slice(0, 19)})`;
  return verdict.kind === 'in-use'
    ? `${name} by ${some(verdict.users.map(userWords), maxUsers)}`
    : `${name} on ${new Date(verdict.pulledAt).toISOString().slice(0, 10)}`;
}

function userWords({ arn, source }: ImageUser): string {
  return arn === '' ? source : arn;
}

function notReadNote(unread: readonly NotRead[]): string {
  return unread.length === 0 ? '' : ` (${unread.map(notReadWords).join(', ')})`;
}

function notReadWords({ what, reason }: NotRead): string {
  return `${what} was not read (${unreadWords(reason)})`;
}

/** Why something was not read, with the permission to add where one is missing. */
function unreadWords(reason: LookReason | UnreadSource): string {
  switch (reason.code) {
    case 'denied':
      return `allow ${reason.action}`;
    case 'no-response':
      return `${reason.action} got no response`;
    case 'failed':
      return `${reason.action} failed: ${reason.error}`;
    case 'not-available':
      return `${reason.action} is not available`;
    case 'out-of-time':
      return 'the time was over';
    case 'not-requested':
      return 'it was not requested';
    case 'not-evaluated':
      return 'ECR would refuse the policy';
    default:
      return reason satisfies never;
  }
}

function images(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`;
}

function some(clauses: readonly string[], max: number, between = ', '): string {
  const rest = clauses.length > max ? ` and ${clauses.length - max} more` : '';
  return `${clauses.slice(0, max).join(between)}${rest}`;
}
