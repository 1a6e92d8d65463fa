/** The stacks of a template for which the same is written, so that the template needs one condition for all of them. */
import { groupBy } from '../group-by.ts';
import type { GuardOutcome, SettledDecision } from './guard-report.ts';

/** A decision for each stack. */
export type ByStack = Extract<GuardOutcome, { readonly kind: 'by-stack' }>;

/** Stacks for which the same is written. */
export interface StackGroup {
  /** At least one. */
  readonly stackNames: readonly string[];
  /** With the causes of all of them. */
  readonly decision: SettledDecision;
}

/** The groups, in the order of their first stacks; without the stacks for which that of every other stack is written. */
export function stackGroups({
  stacks,
  otherwise,
}: Pick<ByStack, 'stacks' | 'otherwise'>): readonly StackGroup[] {
  const rest = writtenBy(otherwise);
  const different = stacks.filter(({ decision }) => writtenBy(decision) !== rest);
  const groups = groupBy(different, ({ decision }) => writtenBy(decision));
  return [...groups.values()].flatMap((group): readonly StackGroup[] => {
    const [first] = group;
    if (first === undefined) return [];
    const causes = group.flatMap(({ decision }) => (decision.kind === 'write' ? [] : decision.causes));
    const decision = first.decision.kind === 'write' ? first.decision : { ...first.decision, causes };
    return [{ stackNames: group.map(({ stackName }) => stackName), decision }];
  });
}

/** The same text for decisions by which the same is written. A present policy is written back unchanged. */
function writtenBy(decision: SettledDecision): string {
  return decision.kind === 'keep-present' ? `keep-present ${decision.text}` : decision.kind;
}
