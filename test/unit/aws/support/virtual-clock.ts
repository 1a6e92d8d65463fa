/** A clock whose time passes only when everything waits for it. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../../../../aws/pace.ts';

export interface VirtualClock extends Clock {
  sleep(milliseconds: number): Promise<void>;
  /** Lets time pass until nothing waits for it any more, or until this moment. */
  run(untilMs?: number): Promise<void>;
}

export function startVirtualClock(): VirtualClock {
  let now = 0;
  const events = new Set<Event>();
  const after: Clock['after'] = (milliseconds, run) => {
    const event = { at: now + milliseconds, run };
    events.add(event);
    return () => events.delete(event);
  };
  return {
    now: () => now,
    after,
    sleep: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    async run(untilMs = Number.POSITIVE_INFINITY) {
      for (;;) {
        // Whatever was resolved goes on until it waits again.
        await turnOfTheLoop();
        const next = earliest(events);
        if (next === undefined || next.at > untilMs) break;
        events.delete(next);
        now = next.at;
        next.run();
      }
      if (untilMs !== Number.POSITIVE_INFINITY) now = untilMs;
    },
  };
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** Of several at the same time the first that was added. */
function earliest(events: ReadonlySet<Event>): Event | undefined {
  let found: Event | undefined;
  for (const event of events) if (found === undefined || event.at < found.at) found = event;
  return found;
}
