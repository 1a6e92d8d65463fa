/** The steps that requests about one repository make where nothing fails, so that one place knows their order. */
import type { Step } from './operations.ts';

/** With which each Delete begins, about its resource and no repository. */
export const askingToStop: readonly Step[] = ['read claims', 'write claims'];

/** Of a dry run. */
export const dryRunSteps: readonly Step[] = ['describe', 'read claims', 'see scanning'];

/** Of a Create or an Update that finds everything as it is wanted, and claimed; it is still so at the end. */
export const unchangedSteps: readonly Step[] = ['describe', 'read claims', 'see scanning', 'read claims'];

/** Of one that makes these writes in ECR: the claim is written before the first of them and after the last. */
export const changingSteps = (...writes: readonly Step[]): readonly Step[] => [
  'describe',
  'read claims',
  'write claims',
  ...writes,
  'prove',
  'see scanning',
  'write claims',
];

/** Of one that has nothing to write in ECR, and puts its claim. */
export const claimedSteps: readonly Step[] = ['describe', 'read claims', 'write claims', 'see scanning'];
