/** What fails once the changes are committed: the repositories are then free for other requests. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeRecord } from '../../../core/claims/encode.ts';
import { type Bench, startBench } from './support/bench.ts';
import { recordOf } from './support/claims-records.ts';
import { arnOf, repositoryLike, type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const always = Number.POSITIVE_INFINITY;
const properties = (repository: string) => ({
  RepositoryName: undefined,
  RepositoryNames: [repository, `${repository}/b`],
});
/** What another request makes of it, which is neither what was there nor what this one wants. */
const ofOther: Settings = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: false };

/** A resource that claims both repositories, of which the first one has drifted since. */
async function drifted(LogicalResourceId: string) {
  const given = { before: unsafe, others: { b: unsafe }, remainingMs: 60_000 };
  const event = { LogicalResourceId };
  const { repository, answer } = await bench.run({ ...given, properties, event });
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
  bench.server.registry.repositories.set(repository, repositoryLike(unsafe));
  return { repository, event };
}

/** Calls `then` once the first repository's change is committed. */
function onceCommitted(repository: string, then: () => void): () => void {
  let hasBegun = false;
  let isOver = false;
  const look = () => {
    const isChanging = recordOf(bench.server.claims, repository)?.inFlight !== undefined;
    if (hasBegun && !isChanging) {
      isOver = true;
      then();
    }
    hasBegun ||= isChanging;
    if (!isOver) setImmediate(look);
  };
  look();
  return () => {
    isOver = true;
  };
}

describe('what fails after the commit', () => {
  // The second repository needs no change, and is read again at the end, which fails.
  const again = ({ repository, event }: Awaited<ReturnType<typeof drifted>>) =>
    bench.run({
      ...{ repository, event, properties, remainingMs: 30_000 },
      faults: { b: { step: 'read claims', from: 1, fault: 'access denied', times: always } },
    });

  test('is reverted where nobody else has changed the repository', async () => {
    const { answer, after, claimsAfter } = await again(await drifted('Alone'));
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(after).toEqual(unsafe);
    expect(claimsAfter?.inFlight).toBeUndefined();
  });

  test('does not revert what another request has changed since', async () => {
    const found = await drifted('Contended');
    const { repository } = found;
    bench.server.latencyMs = 40;
    const end = onceCommitted(repository, () => {
      const record = recordOf(bench.server.claims, repository);
      const item = bench.server.claims.get(arnOf(repository));
      if (record === undefined || item === undefined) throw new Error('there is a record');
      const [own] = record.claims;
      if (own === undefined) throw new Error('there is a claim');
      const set = { tagMutability: { mutability: 'IMMUTABLE', exclusions: [] }, scanOnPush: false } as const;
      const other = { ...own, holder: 'other', request: 'other', set: { ...own.set, ...set } };
      const version = record.version + 1;
      const next = { ...record, version, claims: [own, other] };
      bench.server.claims.set(item.key, { ...item, version, body: encodeRecord(next) });
      bench.server.registry.repositories.set(repository, repositoryLike(ofOther));
    });
    const { answer, after } = await again(found);
    end();
    bench.server.latencyMs = 0;
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(after).toEqual(ofOther);
  });

  test('is left as it is, and named, where the table does not say whether another request has changed it', async () => {
    const found = await drifted('Unknown');
    const { repository } = found;
    const end = onceCommitted(repository, () => {
      const broken = { from: 1, fault: 'access denied', times: always } as const;
      bench.server.plans.set(repository, [
        { step: 'read claims', ...broken },
        { step: 'write claims', ...broken },
      ]);
    });
    bench.server.latencyMs = 40;
    const { answer, after } = await again(found);
    end();
    bench.server.latencyMs = 0;
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('NOT PUT BACK') });
    expect(after).toEqual(safe);
  });
});
