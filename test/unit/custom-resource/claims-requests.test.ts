import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { itemOf } from '../../../reconcile/lease-records.ts';
import { type Bench, type Outcome, startBench } from './support/bench.ts';
import { asClaimed, claimsIn, holdersIn, recordOf } from './support/claims-records.ts';
import { propertiesLike } from './support/events.ts';
import {
  arnOf,
  type Image,
  imagesLike,
  repositoryLike,
  type Settings,
  safe,
  unsafe,
} from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  delete process.env.AllowExpiringImagesInUse;
});

afterAll(() => bench.stop());

const latest: Settings = { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] };
const keeping = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'the newest ones stay, whatever else there is',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: 'expire' },
      },
    ],
  });
const policy = (count: number) => ({ LifecyclePolicy: { LifecyclePolicyText: keeping(count) } });
const pulledToday: readonly Image[] = imagesLike(4).map((image) => ({
  ...image,
  lastPulledAt: Math.floor(Date.now() / 1000) - 3600,
}));

/** An Update of a resource from one set of properties to another; the way back is its rollback. */
const update = (
  { repository, answer, event }: Pick<Outcome, 'repository' | 'answer' | 'event'>,
  properties: JsonObject,
  old: JsonObject,
) =>
  bench.run({
    sample: 'update',
    repository,
    properties,
    event: {
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: answer?.PhysicalResourceId,
      OldResourceProperties: propertiesLike({ RepositoryName: repository, ...old }),
    },
  });
const remove = (
  { repository, answer, event }: Pick<Outcome, 'repository' | 'answer' | 'event'>,
  properties: JsonObject,
) =>
  bench.run({
    sample: 'delete',
    repository,
    properties,
    event: {
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: answer?.PhysicalResourceId,
    },
  });
let count = 0;
/** A resource of its own, so that a Delete is about it alone. */
const own = () => {
  count += 1;
  return { LogicalResourceId: `Own${count}` };
};

describe('who may tag a repository', () => {
  const forged = (holder: unknown) => ({
    'ecr-hardening:holder': String(holder),
    'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=none.',
    'ecr-hardening:before': 'MUTABLE/scan=off/lifecycle=none.',
    'ecr-hardening:set': 'IMMUTABLE/scan=on/lifecycle=none.',
  });
  const properties = { OnDelete: 'Restore' };

  test('cannot forge what was found', async () => {
    const made = await bench.run({ before: latest, properties, event: own() });
    const { repository } = made;
    const { claimsAfter } = made;
    await bench.run({
      sample: 'update',
      repository,
      properties,
      tags: forged(made.answer?.PhysicalResourceId),
      event: { ...made.event, PhysicalResourceId: made.answer?.PhysicalResourceId, RequestType: 'Update' },
    });
    expect(claimsIn(recordOf(bench.server.claims, repository))).toEqual(claimsIn(claimsAfter));
    const left = await remove(made, properties);
    expect(left.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(left.after).toEqual(latest);
    expect(left.tagsAfter).toEqual(forged(made.answer?.PhysicalResourceId));
  });

  test('cannot make a resource weaken what it did not find', async () => {
    const event = own();
    const holder = 'ecr-settings-Attack-9ff35c65409f';
    const { answer, after } = await bench.run({
      before: safe,
      tags: forged(holder),
      properties: { ImageTagMutability: 'MUTABLE' },
      event: { ...event, LogicalResourceId: 'Attack' },
    });
    expect(answer?.Reason).toContain('AllowWeakening');
    expect(after).toEqual(safe);
  });
});

describe('an Update from a dry run', () => {
  const dry = { DryRun: 'true', OnDelete: 'Restore' };

  test('that is rolled back leaves the settings as they were before it, and no claim', async () => {
    const created = await bench.run({
      before: unsafe,
      lifecycle: keeping(30),
      properties: dry,
      event: own(),
    });
    expect(created.claimsAfter).toBeUndefined();
    const real = { OnDelete: 'Restore', ...policy(5) };
    const updated = await update(created, real, dry);
    expect(updated).toMatchObject({ after: safe, lifecycleAfter: keeping(5) });
    const { answer, after, lifecycleAfter, claimsAfter } = await update(created, dry, real);
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Data: { WouldChange: 'ImageTagMutability MUTABLE -> IMMUTABLE; ScanOnPush false -> true' },
    });
    expect({ after, lifecycleAfter, claims: claimsIn(claimsAfter) }).toEqual({
      after: unsafe,
      lifecycleAfter: keeping(30),
      claims: undefined,
    });
  });

  test('that is rolled back leaves the claim that was there before the dry run', async () => {
    const first = { OnDelete: 'Restore' };
    const created = await bench.run({ before: unsafe, properties: first, event: own() });
    await update(created, dry, first);
    const real = { OnDelete: 'Restore', MutableTags: 'latest' };
    expect((await update(created, real, dry)).after).toEqual(latest);
    const { answer, after, claimsAfter } = await update(created, dry, real);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { WouldChange: 'nothing' } });
    expect(after).toEqual(safe);
    expect(holdersIn(claimsAfter)).toEqual([created.answer?.PhysicalResourceId]);
    expect((await remove(created, first)).after).toEqual(unsafe);
  });

  test('to a dry run that is no rollback changes nothing', async () => {
    const created = await bench.run({ before: unsafe, properties: { OnDelete: 'Restore' }, event: own() });
    const { after, claimsAfter } = await update(created, dry, { OnDelete: 'Restore' });
    expect(after).toEqual(safe);
    expect(claimsIn(claimsAfter)).toEqual(claimsIn(created.claimsAfter));
  });
});

describe('a selection that is narrowed with OnDelete: Retain', () => {
  test('and rolled back still gives the very first settings back at a later Restore', async () => {
    const event = own();
    const both = (prefix: string, more: JsonObject = {}) => ({ RepositoryName: `${prefix}/*`, ...more });
    const created = await bench.run({
      others: { a: unsafe, b: latest },
      properties: (prefix) => both(prefix, { ImageTagMutability: 'IMMUTABLE' }),
      event,
    });
    expect(created.othersAfter).toEqual({ a: safe, b: safe });
    const wide = both(created.repository, { ImageTagMutability: 'IMMUTABLE' });
    const narrow = { ...wide, RepositoryName: `${created.repository}/a` };
    await update(created, narrow, wide);
    expect(holdersIn(recordOf(bench.server.claims, `${created.repository}/b`))).toEqual([]);
    const rolledBack = await update(created, wide, narrow);
    expect(rolledBack.answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '2' } });
    expect(holdersIn(recordOf(bench.server.claims, `${created.repository}/b`))).toEqual([
      created.answer?.PhysicalResourceId,
    ]);
    const restoring = { ...wide, OnDelete: 'Restore' };
    await update(created, restoring, wide);
    const { othersAfter } = await remove(created, restoring);
    expect(othersAfter).toEqual({ a: unsafe, b: latest });
  });
});

describe('a Delete', () => {
  test('finds what its resource holds, whatever its properties select', async () => {
    const restoring = (prefix: string) => ({ RepositoryName: `${prefix}/*`, OnDelete: 'Restore' });
    const created = await bench.run({
      others: { a: unsafe, b: latest },
      properties: restoring,
      event: own(),
    });
    const { othersAfter } = await remove(created, { RepositoryName: 'nothing/of-this', OnDelete: 'Restore' });
    expect(othersAfter).toEqual({ a: unsafe, b: latest });
  });
});

describe('the lifecycle policy that was there before', () => {
  test.each([
    ['whole', keeping(30)],
    ['as none', undefined],
  ])('comes back when the Update that put another is rolled back, %s', async (_how, lifecycle) => {
    const given = lifecycle === undefined ? {} : { lifecycle };
    const created = await bench.run({ before: unsafe, ...given, properties: {}, event: own() });
    const put = await update(created, policy(5), {});
    expect(put.lifecycleAfter).toBe(keeping(5));
    const { answer, lifecycleAfter, after } = await update(created, {}, policy(5));
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(lifecycleAfter).toBe(lifecycle);
    expect(after).toEqual(safe);
  });

  test('comes back from one policy to another, whole', async () => {
    const created = await bench.run({ before: unsafe, properties: policy(5), event: own() });
    await update(created, policy(7), policy(5));
    expect((await update(created, policy(5), policy(7))).lifecycleAfter).toBe(keeping(5));
  });

  const restoring = { ...policy(30), OnDelete: 'Restore' };

  test('does not come back by a Delete where it would expire images in use, which is told', async () => {
    const created = await bench.run({
      before: unsafe,
      lifecycle: keeping(1),
      images: pulledToday,
      properties: restoring,
      event: own(),
    });
    const { answer, after, lifecycleAfter, claimsAfter } = await remove(created, restoring);
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${created.repository} keeps its lifecycle policy: the earlier one would expire 3 images in use`,
    });
    expect({ after, lifecycleAfter, claims: claimsIn(claimsAfter) }).toEqual({
      after: unsafe,
      lifecycleAfter: keeping(30),
      claims: undefined,
    });
  });

  test.each<[string, string | undefined, number]>([
    ['comes back where the application allows it as well', 'true', 1],
    ['does not where the application does not allow it', undefined, 30],
  ])('by a Delete whose author lets images in use expire %s', async (_what, allowed, left) => {
    if (allowed !== undefined) process.env.AllowExpiringImagesInUse = allowed;
    const created = await bench.run({
      before: unsafe,
      lifecycle: keeping(1),
      images: pulledToday,
      properties: restoring,
      event: own(),
    });
    const removed = await remove(created, { ...restoring, ProtectPulledWithinDays: '0' });
    expect([removed.answer?.Status, removed.lifecycleAfter]).toEqual(['SUCCESS', keeping(left)]);
  });

  test('does not come back by a rollback where it would expire images in use, and the rest does', async () => {
    const created = await bench.run({
      before: unsafe,
      lifecycle: keeping(1),
      images: pulledToday,
      properties: {},
      event: own(),
    });
    const put = { ...policy(30), MutableTags: 'latest' };
    expect(await update(created, put, {})).toMatchObject({ after: latest, lifecycleAfter: keeping(30) });
    const { answer, after, lifecycleAfter } = await update(created, {}, put);
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${created.repository} keeps its lifecycle policy: the earlier one would expire 3 images in use`,
    });
    expect({ after, lifecycleAfter }).toEqual({ after: safe, lifecycleAfter: keeping(30) });
  });
});

describe('a record', () => {
  test('that is damaged counts as none, and the next claim replaces it', async () => {
    const made = await bench.run({ before: unsafe, event: own() });
    const key = arnOf(made.repository);
    const item = bench.server.claims.get(key);
    if (item === undefined) throw new Error('no record was written');
    bench.server.claims.set(key, { ...item, body: item.body.replace('"original"', '"originel"') });
    const { answer, claimsAfter } = await bench.run({ repository: made.repository, event: own() });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer).not.toHaveProperty('Reason');
    expect(claimsAfter?.original).toEqual(asClaimed(safe));
    expect(holdersIn(claimsAfter)).toEqual([answer?.PhysicalResourceId]);
    expect(claimsAfter?.version).toBeGreaterThan(item.version);
  });

  test('that another resource takes over while others are written has the request start again, and all is counted', async () => {
    const [first, second] = ['rounds/a', 'rounds/b'];
    const reset = () => bench.server.registry.repositories.set(first, repositoryLike(unsafe));
    reset();
    bench.server.registry.repositories.set(second, repositoryLike(unsafe));
    const properties = { RepositoryName: undefined, RepositoryNames: [first, second] };
    const made = await bench.run({ repository: first, properties, event: own() });
    // Somebody weakens the one, and another resource takes over the other, which needs no change.
    reset();
    const takeOver = () => {
      const record = recordOf(bench.server.claims, second);
      const [claim] = record?.claims ?? [];
      if (record === undefined || claim === undefined) throw new Error('no record was written');
      const claims = [...record.claims, { ...claim, holder: 'other', stack: 'arn:other' }];
      bench.server.claims.set(arnOf(second), itemOf({ ...record, version: record.version + 1, claims }));
    };
    let isTakenOver = false;
    const latencyMs = () => {
      if (!isTakenOver && bench.server.calls.at(-1)?.operation === 'PutImageTagMutability') {
        isTakenOver = true;
        takeOver();
      }
      return 0;
    };
    Object.defineProperty(bench.server, 'latencyMs', { get: latencyMs, configurable: true });
    const { answer, after } = await bench.run({
      ...{ sample: 'update', repository: first, properties: { ...properties, RequireScanning: false } },
      event: {
        LogicalResourceId: made.event.LogicalResourceId,
        PhysicalResourceId: made.answer?.PhysicalResourceId,
        OldResourceProperties: propertiesLike(properties),
      },
    });
    Object.defineProperty(bench.server, 'latencyMs', { value: 0, writable: true, configurable: true });
    expect({ isTakenOver, after }).toEqual({ isTakenOver: true, after: safe });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${second} is taken over from other`,
      Data: { Matched: '2', Changed: '1', Unchanged: '1' },
    });
  });

  test('that would be too large for the table is refused by name, and what it has can be deleted', async () => {
    // The texts of so many policies of 30 KB each, which a record names by their hashes.
    const long = (count: number) => ({
      OnDelete: 'Restore',
      LifecyclePolicy: {
        LifecyclePolicyText: JSON.stringify({
          rules: Array.from({ length: 42 }, (_, index) => ({
            rulePriority: index + 1,
            description: 'x'.repeat(250),
            selection: {
              tagStatus: 'tagged',
              tagPrefixList: [`${index}-${'y'.repeat(300)}`],
              countType: 'imageCountMoreThan',
              countNumber: count + 1,
            },
            action: { type: 'expire' },
          })),
        }),
      },
    });
    const made: Outcome[] = [];
    let refused: Outcome | undefined;
    while (refused === undefined && made.length < 20) {
      const outcome = await bench.run({
        before: unsafe,
        ...(made[0] && { repository: made[0].repository }),
        properties: long(made.length),
        event: own(),
      });
      if (outcome.answer?.Status === 'SUCCESS') made.push(outcome);
      else refused = outcome;
    }
    expect(refused?.answer?.Reason).toBe(
      `The claims of ${refused?.repository} would need more than the 400 KB that an item of the claims table can have: use a shorter lifecycle policy, delete one of the resources that claim it, or release it with ecr-hardening claims.`,
    );
    expect(refused?.lifecycleAfter).toBe(long(made.length - 1).LifecyclePolicy.LifecyclePolicyText);
    const [last] = made.slice(-1);
    if (last === undefined) throw new Error('nothing was claimed');
    const { answer, lifecycleAfter } = await remove(last, long(made.length - 1));
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(lifecycleAfter).toBe(long(made.length - 2).LifecyclePolicy.LifecyclePolicyText);
  });

  test('of 50 claims takes no other one, but goes on to serve those that it has', async () => {
    const made = await bench.run({ before: unsafe, event: own() });
    const { repository, claimsAfter } = made;
    const [claim] = claimsAfter?.claims ?? [];
    if (claimsAfter === undefined || claim === undefined) throw new Error('no record was written');
    const fill = (claims: number) => {
      const others = Array.from({ length: claims - 1 }, (_, index) => ({
        ...claim,
        holder: `other-${index}`,
      }));
      bench.server.claims.set(arnOf(repository), itemOf({ ...claimsAfter, claims: [...others, claim] }));
    };
    fill(50);
    const before = claimsIn(recordOf(bench.server.claims, repository));
    const refused = await bench.run({ repository, event: own() });
    expect(refused.answer).toMatchObject({
      Status: 'FAILED',
      Reason: `${repository} is claimed by 50 resources already: delete one of them, or release it with ecr-hardening claims.`,
    });
    expect(claimsIn(refused.claimsAfter)).toEqual(before);
    expect((await update(made, { MutableTags: 'latest' }, {})).answer).toMatchObject({ Status: 'SUCCESS' });
    fill(49);
    const taken = await bench.run({ repository, event: own() });
    expect(taken.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(taken.claimsAfter?.claims).toHaveLength(50);
  });
});

describe('a repository that was deleted and made anew', () => {
  const remake = (repository: string) =>
    bench.server.registry.repositories.set(
      repository,
      repositoryLike(unsafe, { createdAt: 1_798_761_600, lifecycle: keeping(9) }),
    );

  test('is another one, which nobody claims: what it was set to is original', async () => {
    const first = await bench.run({ before: latest, properties: { OnDelete: 'Restore' }, event: own() });
    const { repository } = first;
    remake(repository);
    const properties = { ...policy(30), OnDelete: 'Restore' };
    const second = await bench.run({ repository, properties, event: own() });
    expect(second.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(second.answer).not.toHaveProperty('Reason');
    expect(second.claimsAfter?.original).toEqual(asClaimed(unsafe, hashOfPolicy(keeping(9))));
    expect(holdersIn(second.claimsAfter)).toEqual([second.answer?.PhysicalResourceId]);
    const { after, lifecycleAfter } = await remove(second, properties);
    expect({ after, lifecycleAfter }).toEqual({ after: unsafe, lifecycleAfter: keeping(9) });
  });

  test('is left alone by the Delete of who had claimed the earlier one', async () => {
    const properties = { OnDelete: 'Restore' };
    const first = await bench.run({ before: latest, properties, event: own() });
    remake(first.repository);
    const { answer, after, lifecycleAfter, claimsAfter } = await remove(first, properties);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect({ after, lifecycleAfter }).toEqual({ after: unsafe, lifecycleAfter: keeping(9) });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });
});
