/** Hardens several repositories, each with its own outcome. */
import { groupBy } from '../core/group-by.ts';
import { type Attempted, attemptEach } from './attempts.ts';
import type { HardenContext } from './batch-context.ts';
import { hardenTogether, type KeeperRequest, type ToHarden } from './harden-attempt.ts';
import type { BatchUsage } from './usage-of-batch.ts';

/** Those that get a lifecycle policy apart from the others, whose policies need not be read again. */
export async function hardenEach(
  changes: ToHarden,
  about: { readonly info: KeeperRequest; readonly usage: BatchUsage },
  context: HardenContext,
): Promise<ReadonlyMap<string, Attempted>> {
  const groups = groupBy(changes.keys(), (name) =>
    (changes.get(name) ?? []).some(({ setting }) => setting === 'lifecyclePolicy'),
  );
  const outcomes = new Map<string, Attempted>();
  for (const names of groups.values())
    for (const [name, outcome] of await attemptEach(names, (some) =>
      hardenTogether(some, changes, about, context),
    ))
      outcomes.set(name, outcome);
  return outcomes;
}
