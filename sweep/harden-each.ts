/** Hardens several repositories, each with its own outcome. */
import { AwsCallError } from '../aws/call-error.ts';
import { groupBy } from '../core/group-by.ts';
import { type HarmSummary, harmSummary, PreviewFailed } from '../reconcile/guard.ts';
import { type Attempted, attemptEach } from './attempts.ts';
import type { HardenContext } from './batch-context.ts';
import { hardenTogether, type KeeperRequest, type ToHarden } from './harden-attempt.ts';
import type { SettingChange } from './results.ts';
import type { BatchUsage } from './usage-of-batch.ts';

interface About {
  readonly info: KeeperRequest;
  readonly usage: BatchUsage;
}

/**
 * Those that get a lifecycle policy apart from the others, whose policies need not be read again. ECR's own preview may find
 * images in use, or fail, where what was read of the repository let the policy be put: the rest is hardened without it.
 */
export async function hardenEach(
  changes: ToHarden,
  about: About,
  context: HardenContext,
): Promise<ReadonlyMap<string, Attempted>> {
  const groups = groupBy(changes.keys(), (name) => (changes.get(name) ?? []).some(isPolicy));
  const outcomes = new Map<string, Attempted>();
  for (const names of groups.values())
    for (const [name, outcome] of await attempt(names, changes, about, context)) outcomes.set(name, outcome);
  const withheld = [...outcomes].flatMap(([name, outcome]) => {
    const harm = harmOf(outcome);
    const rest = (changes.get(name) ?? []).filter((change) => !isPolicy(change));
    return harm === undefined || rest.length === 0 ? [] : [{ name, harm, rest }];
  });
  if (withheld.length === 0) return outcomes;
  const rests = new Map(withheld.map(({ name, rest }) => [name, rest]));
  const again = await attempt([...rests.keys()], rests, about, context);
  for (const { name, harm } of withheld) {
    const outcome = again.get(name);
    if (outcome !== undefined)
      outcomes.set(name, outcome.kind === 'done' ? { ...outcome, withheld: harm } : outcome);
  }
  return outcomes;
}

function attempt(names: readonly string[], changes: ToHarden, about: About, context: HardenContext) {
  return attemptEach(names, (some) => hardenTogether(some, changes, about, context));
}

function isPolicy({ setting }: SettingChange): boolean {
  return setting === 'lifecyclePolicy';
}

/** Why the lifecycle policy must not be put; undefined where that is not what was in the way. */
function harmOf(outcome: Attempted): HarmSummary | undefined {
  if (outcome.kind === 'failed') return isOfPreview(outcome.error) ? { imagesInUse: undefined } : undefined;
  if (outcome.kind !== 'refused') return undefined;
  const { refusal } = outcome;
  if (refusal.code === 'usage-unread') return harmSummary({ images: [], unread: refusal.unread });
  return refusal.code === 'images-in-use' ? harmSummary({ images: refusal.images, unread: [] }) : undefined;
}

function isOfPreview(error: unknown): boolean {
  return (
    error instanceof PreviewFailed ||
    (error instanceof AwsCallError && error.operation.endsWith('LifecyclePolicyPreview'))
  );
}
