/** What the guard of default lifecycle policies decided, and why, in clauses. */
import type { GuardCause, NotRead } from '../core/usage/guard.ts';
import type { GuardOutcome, GuardReport, SettledDecision } from '../core/usage/guard-report.ts';
import { type ByStack, stackGroups } from '../core/usage/stack-groups.ts';
import {
  effectClause,
  imageClause,
  missingActions,
  notReadClause,
  remedyClause,
  unreadReason,
} from './image-usage.ts';

// A line of the log and the reason of a failed change set have room for these.
const maxNamed = 3;

/** The clause that follows the path of the property. */
export function guardClause(report: GuardReport): string {
  const { outcome } = report;
  switch (outcome.kind) {
    case 'write':
      return writtenClause(report);
    case 'withhold':
      return `No lifecycle policy is written: ${causeClauses(outcome.causes)}${advice(report, outcome.causes)}`;
    case 'keep-present':
      return `The present lifecycle policy is kept: ${causeClauses(outcome.causes)}${advice(report, outcome.causes)}${stacksNote(report)}`;
    case 'conflict':
      return `It can be any of ${some(outcome.repositories)}, and no lifecycle policy is right for all of them: ${causeClauses(outcome.causes)}${stacksNote(report)}. Set a RepositoryName that does not depend on the stack, or write a LifecyclePolicy`;
    case 'by-stack':
      return byStackClause(outcome);
    case 'cannot-know':
      return `${cannotKnowClause(outcome)}${permission(outcome.unread)}`;
    case 'not-found':
      return `The repositories that it can be cannot be read (${unreadReason(outcome.reason)})`;
    default:
      return outcome satisfies never;
  }
}

function byStackClause(outcome: ByStack): string {
  const groups = stackGroups(outcome).map(
    ({ stackNames, decision }) => `of ${some(stackNames)} ${decisionClause(decision)}`,
  );
  return `It can be a repository of several stacks, so its lifecycle policy depends on the stack: ${some(groups, '; ')}; of every other stack ${decisionClause(outcome.otherwise)}`;
}

function decisionClause(decision: SettledDecision): string {
  switch (decision.kind) {
    case 'write':
      return 'the default';
    case 'withhold':
      return `none (${causeClauses(decision.causes)})`;
    case 'keep-present':
      return `the present one (${causeClauses(decision.causes)})`;
    default:
      return decision satisfies never;
  }
}

/** Why there is none for each stack. */
function stacksNote({ unreadStacks: reason }: GuardReport): string {
  if (reason === undefined) return '';
  return `. The stacks of these repositories were not read (${unreadReason(reason)})${permission([{ reason }])}`;
}

function writtenClause({ affected, unread }: GuardReport): string {
  const note = unread.length === 0 ? '' : ` (${unread.map(notReadClause).join(', ')})`;
  const images = affected === 1 ? '1 image' : `${affected.toLocaleString('en')} images`;
  return `No lifecycle policy; ECR keeps images indefinitely. The default expires or archives ${images} without evidence of use${note}`;
}

function cannotKnowClause({ unread }: Extract<GuardOutcome, { readonly kind: 'cannot-know' }>): string {
  const repositories = unread.map(({ repository, reason }) => `${repository} (${unreadReason(reason)})`);
  return `The present lifecycle policy must not be removed, and cannot be read: ${some(repositories)}`;
}

function causeClauses(causes: readonly GuardCause[]): string {
  return some(causes.map(causeClause), '; ');
}

function causeClause(cause: GuardCause): string {
  const { repository } = cause;
  switch (cause.code) {
    case 'harms': {
      const { effect } = cause;
      const images = effect.inUse.map((image) => imageClause(image));
      return `in ${repository} the default would ${effectClause(effect)}: ${some(images, '; ')}`;
    }
    case 'not-default':
      return `${repository} has a policy that is not a default of EcrHardening`;
    case 'unread':
      return `in ${repository} the default may expire images in use: ${cause.unread.map(notReadClause).join(', ')}`;
    default:
      return cause satisfies never;
  }
}

/** What to write instead, or which permission to add. */
function advice({ remedy }: GuardReport, causes: readonly GuardCause[]): string {
  if (causes.some(({ code }) => code === 'harms'))
    return `. To keep them, ${remedy === undefined ? '' : `${remedyClause(remedy)} in its Metadata (EcrHardening), or `}write a LifecyclePolicy`;
  return permission(causes.flatMap((cause) => (cause.code === 'unread' ? cause.unread : [])));
}

function permission(unread: readonly Pick<NotRead, 'reason'>[]): string {
  const actions = missingActions(unread);
  return actions.length === 0 ? '' : `. Allow the role of the macro ${actions.join(', ')}`;
}

function some(clauses: readonly string[], between = ', '): string {
  const rest = clauses.length - maxNamed;
  const more = rest > 0 ? `${between}and ${rest} more` : '';
  return `${clauses.slice(0, maxNamed).join(between)}${more}`;
}
