/** Sources of evidence that were not read, and users of images, in clauses. */
import type { UsageSource } from '../core/usage/evidence.ts';
import type { UnreadUsage } from '../reconcile/usage-look.ts';

const names: { readonly [Source in UsageSource]: string } = {
  pulls: 'ECR',
  ecs: 'Amazon ECS',
  lambda: 'AWS Lambda',
  batch: 'AWS Batch',
  codebuild: 'AWS CodeBuild',
  apprunner: 'AWS App Runner',
  sagemaker: 'Amazon SageMaker AI',
  inspector: 'Amazon Inspector',
};

/** Such as `Amazon ECS could not be read (ecs:ListTasks was denied)`. */
export function unreadClause({ source, reason }: UnreadUsage): string {
  return `${names[source]} could not be read (${causeOf(reason)})`;
}

function causeOf(reason: UnreadUsage['reason']): string {
  switch (reason.code) {
    case 'denied':
      return `${reason.action} was denied`;
    case 'no-response':
      return `${reason.action} got no response`;
    case 'failed':
      return `${reason.action} failed with ${reason.error}`;
    case 'not-available':
      return 'it is not available in the Region or not turned on';
    case 'out-of-time':
      return 'time ran out';
    case 'not-requested':
      return 'it was not asked';
    default:
      return reason satisfies never;
  }
}

/** What to do about required sources that were not read. */
export function unreadRemedy(unread: readonly UnreadUsage[]): string {
  const actions = unread.flatMap(({ reason }) => (reason.code === 'denied' ? [reason.action] : []));
  const sources = unread.map(({ source }) => source).join(' and ');
  const first =
    actions.length === 0
      ? 'Deploy again'
      : `Allow ${actions.join(' and ')} in the function's role, and in any service control policy or permissions boundary`;
  return `${first}, or remove ${sources} from LifecycleGuardSources of the application.`;
}
