import type { SQSBatchResponse } from 'aws-lambda';
import { deadlineIn } from '../../aws/deadline.ts';
import { httpsFormOf } from '../../aws/sns/forms.ts';
import { publish } from '../../aws/sns/publish.ts';
import { sendMessage } from '../../aws/sqs/send.ts';
import type { UsageRegistry } from '../../aws/usage/usage-reads.ts';
import { countsOf } from '../../sweep/batch.ts';
import type { EventOutcome, EventsContext } from '../../sweep/events/events-context.ts';
import { handleEvents } from '../../sweep/events/handle.ts';
import { isNews } from '../../sweep/events/news.ts';
import { startSeen } from '../../sweep/events/seen.ts';
import { failureEntry, reasonOfError } from '../../sweep/failure.ts';
import { reasonCode } from '../../sweep/outcomes.ts';
import { keeperMode, keeperSettings, registryOf, variable } from './configuration.ts';
import { connectForEvents } from './events-connections.ts';
import { eventsNotification } from './events-message.ts';
import { type FunctionContext, log, step } from './invocation.ts';
import {
  eventsIn,
  isFinal,
  messagesAbout,
  type QueuedEvent,
  queuedEvents,
  type Sorted,
  sortMessages,
} from './queued-events.ts';

// As of a batch of a sweep.
const shares = { working: 0.6, undoing: 0.8, recording: 0.88, reporting: 0.97 } as const;

// Kept from batch to batch.
const seen = startSeen();

/** What one invocation has. */
interface Invocation {
  /** As the claims have it. */
  readonly name: string;
  readonly registry: UsageRegistry;
  readonly times: EventsContext['times'];
}

/** Acts on a batch of the queue of events: one notification at most, and only what has failed is received again. */
export async function handler(
  event: unknown,
  context: FunctionContext & { readonly awsRequestId?: string },
): Promise<SQSBatchResponse> {
  return step('events', async () => {
    const { env } = process;
    const registry = registryOf(context.invokedFunctionArn, env);
    const ownRoles = variable(env, 'OwnRoles').split(',');
    const messages = queuedEvents(event, { ...registry, ownRoles });
    const times = timesIn(context.getRemainingTimeInMillis());
    const invocation = { name: `events-${context.awsRequestId ?? ''}`, registry, times };
    try {
      const { outcomes, failure } = await outcomesOf(messages, invocation);
      const failed = new Map(outcomes.flatMap(failureIn));
      const sorted = sortMessages(messages, (repository) => failure ?? failed.get(repository));
      const again = [...sorted.again, ...(await report(outcomes, { messages, sorted }, invocation))];
      log({
        ...{ message: 'events', name: invocation.name, messages: messages.length },
        ignored: messages.filter(({ parsed }) => parsed.kind === 'ignored').length,
        states: countsOf(outcomes.map(({ result }) => result)),
        ...{ again: again.length, deadLetters: sorted.deadLetters.length },
      });
      return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      for (const each of Object.values(times)) each.dispose();
    }
  });
}

function timesIn(remainingMs: number): Invocation['times'] {
  return {
    working: deadlineIn(remainingMs * shares.working),
    undoing: deadlineIn(remainingMs * shares.undoing),
    recording: deadlineIn(remainingMs * shares.recording),
    reporting: deadlineIn(remainingMs * shares.reporting),
  };
}

/** A failure that is of none of the repositories is that of all events. */
async function outcomesOf(
  messages: readonly QueuedEvent[],
  { name, registry, times }: Invocation,
): Promise<{ readonly outcomes: readonly EventOutcome[]; readonly failure?: string }> {
  const { env } = process;
  const { close, ...connected } = connectForEvents(env, registry.region, times.working);
  const again = eventsIn(messages.filter(({ receives }) => receives > 1));
  try {
    const outcomes = await handleEvents(eventsIn(messages), {
      ...{ name, registry, times, seen, log, ...connected },
      scope: env.KeeperScope ?? '',
      settings: keeperSettings(env),
      now: Date.now,
      again: new Set(again.map(({ id }) => id)),
    });
    return { outcomes };
  } catch (error) {
    log({ level: 'ERROR', message: 'events failed', ...failureEntry(error) });
    return { outcomes: [], failure: reasonCode(reasonOfError(error)) };
  } finally {
    close();
  }
}

function failureIn({ repository, result }: EventOutcome): readonly (readonly [string, string])[] {
  const { state, reason } = result;
  return state === 'failed' && reason !== undefined ? [[repository, reasonCode(reason)]] : [];
}

/**
 * What nobody will try again goes to the dead letters with the reason, and people are notified.
 *
 * @returns the messages that could not be reported, to be received again; the others are done all the same
 */
async function report(
  outcomes: readonly EventOutcome[],
  { messages, sorted }: { readonly messages: readonly QueuedEvent[]; readonly sorted: Sorted },
  { name, registry, times: { reporting } }: Invocation,
): Promise<readonly QueuedEvent[]> {
  const { env } = process;
  const unreported: QueuedEvent[] = [];
  for (const { message, reason } of sorted.deadLetters) {
    const attributes = { Reason: reason };
    // A queue takes no empty message.
    const send = () =>
      sendMessage(variable(env, 'DeadLettersUrl'), message.body || '{}', env, reporting, attributes);
    if (!(await isDone(send, 'dead letter not sent'))) unreported.push(message);
  }
  const news = outcomes.filter((outcome) => isNews(outcome) && isFinal(outcome, sorted));
  if (news.length === 0) return unreported;
  const place = { registry, mode: keeperMode(env) };
  const message = eventsNotification(news, place, { name, httpsForm: httpsFormOf(env) });
  const notify = () => publish(variable(env, 'AlertTopicArn'), message, env, reporting);
  if (await isDone(notify, 'notification not sent')) return unreported;
  const others = messages.filter((each) => !unreported.includes(each) && !sorted.again.includes(each));
  return [...unreported, ...messagesAbout(others, news)];
}

async function isDone(send: () => Promise<void>, failure: string): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    log({ level: 'ERROR', message: failure, ...failureEntry(error) });
    return false;
  }
}
