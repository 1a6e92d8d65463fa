/**
 * How a Delete stops a Create or an Update of the same resource that still runs: CloudFormation cancels resources when
 * another one of the stack fails, and sends their Delete at once.
 *
 * A Delete records that it has arrived, then reads the changes in progress. A Create or an Update records that its
 * change begins, then reads whether a Delete has arrived. The one that reads second sees the other.
 */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';

/** A Delete of the same resource stops this request. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('a Delete of the same resource has come');
  }
}

const keptMs = 24 * 60 * 60 * 1000;
const pollMs = 1_000;

function keyOf(holder: string): string {
  return `stop:${holder}`;
}

/** How often a holder was asked to stop. */
async function countOf(table: ClaimsTable, holder: string): Promise<number> {
  const key = keyOf(holder);
  return (await table.read([key])).get(key)?.version ?? 0;
}

/** Asks every running request of a holder to stop. */
export async function askToStop(table: ClaimsTable, holder: string, now: number): Promise<void> {
  for (;;) {
    const expected = await countOf(table, holder);
    const item = {
      key: keyOf(holder),
      version: expected + 1,
      holders: [],
      body: '{}',
      expiresAt: Math.ceil((now + keptMs) / 1000),
    };
    if ((await table.write([{ item, expected }])).length === 0) return;
  }
}

/** Watches for such a request from now on. */
export interface StopWatch {
  /** Whether the holder had been asked to stop before, which may have been this request. */
  readonly wasAsked: boolean;
  /** Throws {@link Stopped} once one has been seen. */
  throwIfStopped(): void;
  /** Checks at once. */
  check(): Promise<void>;
  /** Checks every second, until `end`. */
  poll(): void;
  end(): void;
}

export async function watchForStop(table: ClaimsTable, holder: string): Promise<StopWatch> {
  const first = await countOf(table, holder);
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    isStopped ||= (await countOf(table, holder)) !== first;
  };
  const throwIfStopped = () => {
    if (isStopped) throw new Stopped();
  };
  const schedule = () => {
    timer = setTimeout(() => {
      // A check that fails is followed by the next one; an error of the last one is thrown.
      void look()
        .catch(() => undefined)
        .finally(() => timer !== undefined && schedule());
    }, pollMs);
    timer.unref();
  };
  return {
    wasAsked: first > 0,
    throwIfStopped,
    async check() {
      await look();
      throwIfStopped();
    },
    poll() {
      if (timer === undefined) schedule();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
