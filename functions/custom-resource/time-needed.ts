/** Whether the function's time holds what is to be written. Pure. */
import type { Deadline } from '../../aws/deadline.ts';
import type { Plan } from './plan.ts';

// Below it a slow answer or two would say more about chance than about the pace.
const fewest = 50;
// Writing is as slow as reading at best, and what fails half-way takes its time to be put back.
const caution = 1.5;

/**
 * The sentence that refuses work that the time left cannot hold, before any of it is begun; undefined when it can.
 *
 * AWS publishes no rate for ECR's operations. What the repositories' tags took to be read, one call each, tells what
 * one call for each of them takes now.
 *
 * @param oneMs how long reading one repository has taken, in milliseconds
 */
export function timeReason(
  plans: readonly Plan[],
  oneMs: number,
  deadline: Pick<Deadline, 'leftMs'>,
): string | undefined {
  if (plans.length < fewest) return undefined;
  const writes = plans.reduce((sum, plan) => sum + writesOf(plan), 0);
  const neededMs = oneMs * writes * caution;
  const leftMs = deadline.leftMs();
  if (neededMs <= leftMs) return undefined;
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  return `The ${plans.length} repositories need ${writes} writes, which take about ${seconds(neededMs)} s at the pace at which ECR answers, and the function has ${seconds(leftMs)} s left: nothing was changed. Divide them among several resources, by name, or deploy again.`;
}

function writesOf({ memory, tagMutability, scanOnPush, lifecyclePolicy }: Plan): number {
  return [memory, tagMutability, scanOnPush, lifecyclePolicy].filter((write) => write !== undefined).length;
}
