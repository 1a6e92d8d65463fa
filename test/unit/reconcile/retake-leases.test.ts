import { describe, expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import { type MemoryClaims, memoryClaims } from '../../../bench/memory-claims.ts';
import { decodeRecord } from '../../../core/claims/encode.ts';
import { type Beginning, startLeases } from '../../../reconcile/leases.ts';
import type { ObservedRepository } from '../../../reconcile/observe.ts';

const name = 'team/orders';
const arn = `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;
const mutable = { mutability: 'MUTABLE', exclusions: [] } as const;
const immutable = { mutability: 'IMMUTABLE', exclusions: [] } as const;
const before = { tagMutability: mutable, scanOnPush: false, lifecyclePolicy: undefined };
const after = { ...before, tagMutability: immutable };

/** A request over one repository, and the table. */
function world() {
  const claims = memoryClaims(async () => undefined);
  const table = claims.until(deadlineIn(0));
  const leases = startLeases({ table, holder: 'a', request: 'one', until: 1_000, now: () => 1 });
  const recordIn = () => {
    const item = claims.items.get(arn);
    return item && decodeRecord(item);
  };
  const begin = (change: Beginning['change']) => {
    const observed: ObservedRepository = {
      repository: {
        ...{ name, arn, uri: '', registryId: '123456789012', createdAt: 1, encryption: 'AES256' },
        ...{ tagMutability: mutable, scanOnPush: false },
      },
      ...{ settings: before, policyText: undefined, record: recordIn(), staleVersion: 0 },
    };
    const ownership = { original: before, claims: [], retained: [] };
    return leases.begin([{ observed, ownership, policies: {}, change }]);
  };
  const retake = (some = table) => leases.retake({ reading: some, writing: some });
  return { claims, leases, table, recordIn, begin, retake };
}
/** Another request writes the record. */
function writeByOther({ items }: Pick<MemoryClaims, 'items'>) {
  const item = items.get(arn);
  if (item !== undefined) items.set(arn, { ...item, version: item.version + 1 });
}

describe('before an undo', () => {
  test('a lease that has not ended is not written again', async () => {
    const { recordIn, begin, retake } = world();
    await begin({ before, after });
    const version = recordIn()?.version;
    expect(await retake()).toEqual(new Map());
    expect(recordIn()?.version).toBe(version);
  });

  test('one that was committed is taken again', async () => {
    const { leases, recordIn, begin, retake } = world();
    await begin({ before, after });
    await leases.commit();
    expect(recordIn()?.inFlight).toBeUndefined();
    expect(await retake()).toEqual(new Map());
    expect(recordIn()?.inFlight).toMatchObject({ holder: 'a', until: 1_000 });
  });

  test('one that another request has written since is that one’s', async () => {
    const { claims, leases, begin, retake } = world();
    await begin({ before, after });
    await leases.commit();
    writeByOther(claims);
    expect(await retake()).toEqual(new Map([[name, undefined]]));
  });

  test('so is one that a round before has changed, where a later one changes its claim alone', async () => {
    const { claims, leases, begin, retake } = world();
    await begin({ before, after });
    await leases.commit();
    await begin(undefined);
    await leases.commit();
    writeByOther(claims);
    expect(await retake()).toEqual(new Map([[name, undefined]]));
  });

  test('one of which the table says nothing is left, with the reason', async () => {
    const { leases, table, begin, retake } = world();
    await begin({ before, after });
    await leases.commit();
    const error = new Error('no answer');
    const fail = async (): Promise<never> => {
      throw error;
    };
    expect(await retake({ ...table, read: fail, write: fail })).toEqual(new Map([[name, error]]));
  });

  test('one that cannot be taken again is reverted where nobody else has changed it by then', async () => {
    const { leases, table, begin, retake } = world();
    await begin({ before, after });
    await leases.commit();
    const write = async (): Promise<never> => {
      throw new Error('no answer');
    };
    expect(await retake({ ...table, write })).toEqual(new Map());
  });
});
