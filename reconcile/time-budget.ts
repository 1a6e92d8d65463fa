/** Whether the writes fit in the remaining time. Pure. */

import type { Speed } from '../aws/calls.ts';
import type { Deadline } from '../aws/deadline.ts';
import { maxConnections } from '../aws/ecr/connection.ts';
import { groupBy } from '../core/group-by.ts';
import type { Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';

// With fewer calls, one slow response would distort the estimate.
const minPlans = 50;

/**
 * Refuses work that does not fit in the remaining time, before the first write; undefined if it fits.
 *
 * AWS publishes no rates for ECR's operations, so an operation that was throttled counts with the pace that was measured
 * for it, and any other with its response time. The pace of reads does not apply to writes.
 */
export function outOfTime(
  plans: readonly Plan[],
  { speed, deadline }: { readonly speed: Speed; readonly deadline: Pick<Deadline, 'leftMs'> },
): Refusal | undefined {
  if (plans.length < minPlans) return undefined;
  const operations = plans.flatMap(operationsOf);
  const writes = operations.filter((operation) => operation !== verifying).length;
  const respondingMs = (writes * (speed.responseMs() ?? 0)) / maxConnections;
  const counts = groupBy(operations, (operation) => operation);
  const pacedMs = [...counts].map(
    ([operation, { length }]) => (1000 * length) / (speed.perSecond(operation) ?? Number.POSITIVE_INFINITY),
  );
  // The operations run concurrently.
  const neededMs = Math.max(respondingMs, ...pacedMs);
  const leftMs = deadline.leftMs();
  if (neededMs <= leftMs) return undefined;
  return { code: 'out-of-time', repositories: plans.length, writes, neededMs, leftMs };
}

const verifying = 'GetLifecyclePolicy';

/** The operations that a plan calls once for its repository, without those that verify in bulk. */
function operationsOf({ tagMutability, scanOnPush, lifecyclePolicy }: Plan): readonly string[] {
  return [
    ...(tagMutability === undefined ? [] : ['PutImageTagMutability']),
    ...(scanOnPush === undefined ? [] : ['PutImageScanningConfiguration']),
    ...(lifecyclePolicy === undefined
      ? []
      : [lifecyclePolicy === null ? 'DeleteLifecyclePolicy' : 'PutLifecyclePolicy', verifying]),
  ];
}
