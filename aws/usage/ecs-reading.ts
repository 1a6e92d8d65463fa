/** What the parts of reading ECS have in common. */
import type { ECSClient, Failure } from '@aws-sdk/client-ecs';
import type { UsageAction } from './actions.ts';
import type { GoneError } from './gone.ts';
import type { SourceReading } from './source.ts';

export type EcsReading = SourceReading<ECSClient, 'ecs'>;

/** A cluster is listed for some time after it was deleted. */
export const goneClusters: readonly GoneError[] = [{ name: 'ClusterNotFoundException' }];

/**
 * Reports what an operation on several resources could not describe.
 *
 * A resource that is MISSING was deleted after it had been listed
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_failures.html); any other failure leaves something unread.
 */
export function reportFailures(
  { unread }: EcsReading,
  action: UsageAction<'ecs'>,
  failures: readonly Failure[] = [],
): void {
  for (const { reason = 'Failure' } of failures)
    if (reason !== 'MISSING') unread({ code: 'failed', action, error: reason });
}
