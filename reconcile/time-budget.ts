/** Whether the time that is left holds what is to be written. Pure. */
import type { Speed } from '../aws/calls.ts';
import type { Deadline } from '../aws/deadline.ts';
import { maxAtOnce } from '../aws/map-concurrently.ts';
import type { Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';

// Below it a slow answer or two would say more about chance than about the pace.
const minPlans = 50;

/**
 * Refuses work that the time left cannot hold, before any of it is begun; undefined when it can.
 *
 * AWS publishes no rate for ECR's operations, so an operation that was throttled counts with the pace that was found for
 * it, and one that was not with what an answer takes. What reading was held to says nothing about writing.
 */
export function outOfTime(
  plans: readonly Plan[],
  { speed, deadline }: { readonly speed: Speed; readonly deadline: Pick<Deadline, 'leftMs'> },
): Refusal | undefined {
  if (plans.length < minPlans) return undefined;
  const operations = plans.flatMap(operationsOf);
  const writes = operations.filter((operation) => operation !== verifying).length;
  const answeringMs = (writes * (speed.answerMs() ?? 0)) / maxAtOnce;
  const counts = Map.groupBy(operations, (operation) => operation);
  const pacedMs = [...counts].map(
    ([operation, { length }]) => (1000 * length) / (speed.perSecond(operation) ?? Number.POSITIVE_INFINITY),
  );
  // The operations go on side by side.
  const neededMs = Math.max(answeringMs, ...pacedMs);
  const leftMs = deadline.leftMs();
  if (neededMs <= leftMs) return undefined;
  return { code: 'out-of-time', repositories: plans.length, writes, neededMs, leftMs };
}

const verifying = 'GetLifecyclePolicy';

/** The operations that a plan needs once for its repository; what is verified in bulk left out. */
function operationsOf({ tagMutability, scanOnPush, lifecyclePolicy }: Plan): readonly string[] {
  return [
    ...(tagMutability === undefined ? [] : ['PutImageTagMutability']),
    ...(scanOnPush === undefined ? [] : ['PutImageScanningConfiguration']),
    ...(lifecyclePolicy === undefined
      ? []
      : [lifecyclePolicy === null ? 'DeleteLifecyclePolicy' : 'PutLifecyclePolicy', verifying]),
  ];
}
