/** Acts on events about repositories: the same hardening as a sweep's, of those that the events name. */
import { chunks } from '../../aws/chunks.ts';
import { unsafeSettings } from '../../core/controls/index.ts';
import { groupBy } from '../../core/group-by.ts';
import type { RegistryEvent } from '../../core/registry-events/event.ts';
import { isInScope, parseScope } from '../../core/sweep/scope.ts';
import { failureEntry, reasonOfError } from '../failure.ts';
import { bareResult } from '../result-of.ts';
import type { EventOutcome, EventsContext } from './events-context.ts';
import { type HardenedEarlier, hardenedBefore } from './hardened-before.ts';
import { lookAtPolicies } from './policies.ts';
import { settleSettings } from './settings.ts';
import { itemOf, type Subject } from './subject.ts';

// As many as a batch of a sweep.
const maxTogether = 25;
// Older repositories were looked at by a sweep.
const firstImageMs = 2 * 24 * 60 * 60 * 1000;

/**
 * What the events come to, of each repository that was looked at. A push to a repository that is safe, or was looked at
 * before, ends after one call for all of them.
 *
 * @throws errors of ECR if the repositories cannot be described; OutOfTime
 */
export async function handleEvents(
  events: readonly RegistryEvent[],
  context: EventsContext,
): Promise<readonly EventOutcome[]> {
  const scope = parseScope(context.scope);
  const byName = groupBy(
    events.filter(({ repository }) => isInScope(scope, repository)),
    ({ repository }) => repository,
  );
  if (byName.size === 0) return [];
  const readAt = context.now();
  const described = await context.ecr.until(context.times.working).repositoriesNamed([...byName.keys()]);
  const subjects = described
    .map((repository) => ({ repository, events: inOrder(byName.get(repository.name) ?? []) }))
    .filter((subject) => isToBeLookedAt(subject, readAt, context));
  const earlier = await hardenedBefore(
    subjects.filter((subject) => isSafeAlready(subject, context) && isDeliveredAgain(subject, context)),
    context,
  );
  const outcomes: EventOutcome[] = [];
  for (const some of chunks(subjects, maxTogether))
    outcomes.push(...(await handleSome(some, { earlier, readAt }, context)));
  for (const { repository } of subjects) context.seen.add(repository, context.now());
  return outcomes;
}

function inOrder(events: readonly RegistryEvent[]): readonly RegistryEvent[] {
  // The same event may be delivered twice.
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()].toSorted((one, other) => one.at - other.at);
}

/** The settings that DescribeRepositories returns; a registry's own scanning rules are not looked at here. */
function isSafeAlready({ repository }: Subject, { settings }: EventsContext): boolean {
  const { tagMutability, scanOnPush } = repository;
  return scanOnPush && unsafeSettings({ tagMutability }, settings.policy).length === 0;
}

function isDeliveredAgain({ events }: Subject, { again }: EventsContext): boolean {
  return events.some(({ id }) => again.has(id));
}

function isToBeLookedAt(subject: Subject, now: number, context: EventsContext): boolean {
  const { repository, events } = subject;
  if (events.some(({ subject: about }) => about === 'lifecyclePolicy' || about === 'repositoryPolicy'))
    return true;
  if (isDeliveredAgain(subject, context)) return true;
  if (isSafeAlready(subject, context)) return false;
  const isOnlyOfImages = events.every(({ subject: about }) => about === 'image');
  return !isOnlyOfImages || (now - repository.createdAt < firstImageMs && !context.seen.has(repository, now));
}

/** Of all the same failure where nothing could be found out about any. */
async function handleSome(
  subjects: readonly Subject[],
  { earlier, readAt }: { readonly earlier: HardenedEarlier; readonly readAt: number },
  context: EventsContext,
): Promise<readonly EventOutcome[]> {
  try {
    const unsafe = subjects.filter((subject) => !isSafeAlready(subject, context));
    const settled = await settleSettings(unsafe, readAt, context);
    const policies = await lookAtPolicies(subjects, context);
    return subjects.map(({ repository, events }) => ({
      ...{ repository: repository.name, events },
      ...(settled.get(repository.name) ?? {
        result: earlier.get(repository.name) ?? bareResult(itemOf(repository), { state: 'safe' }),
      }),
      ...policies.get(repository.name),
    }));
  } catch (error) {
    context.log({ level: 'ERROR', message: 'events not handled', ...failureEntry(error) });
    const reason = reasonOfError(error);
    return subjects.map(({ repository, events }) => ({
      ...{ repository: repository.name, events },
      result: bareResult(itemOf(repository), { state: 'failed', reason }),
    }));
  }
}
