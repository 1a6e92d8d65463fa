import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, type Outcome, startBench } from './support/bench.ts';
import { asClaimed, claimsIn, holdersIn } from './support/claims-records.ts';
import { arnOf, type Settings, safe, unsafe } from './support/registry.ts';
import { askingToStop } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const restoring = { OnDelete: 'Restore' };
const create = (before: Settings, properties: JsonObject = restoring) =>
  bench.run({ before, properties, tags: { team: 'orders' } });
const remove = (
  created: Pick<Outcome, 'repository' | 'answer'>,
  properties: JsonObject = restoring,
  event = {},
) =>
  bench.run({
    sample: 'delete',
    repository: created.repository,
    properties,
    event: { PhysicalResourceId: created.answer?.PhysicalResourceId, ...event },
  });

describe('what a resource found', () => {
  test('stands in the claims table, and the tags of the repository stay as they are', async () => {
    const { tagsAfter, claimsAfter, answer } = await create(unsafe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsIn(claimsAfter)).toMatchObject({ inFlight: undefined, retained: [] });
    expect(claimsAfter?.original).toEqual(asClaimed(unsafe));
    expect(claimsAfter?.claims).toEqual([
      expect.objectContaining({
        holder: answer?.PhysicalResourceId,
        properties: expect.stringMatching(/^[0-9a-f]{16}$/),
        set: asClaimed(safe),
        beforeLastChange: asClaimed(unsafe),
      }),
    ]);
  });

  test('stands there also where nothing has to be changed, so that nobody takes it for unclaimed', async () => {
    const { tagsAfter, claimsAfter, answer, steps } = await create(safe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsAfter?.original).toEqual(asClaimed(safe));
    expect(holdersIn(claimsAfter)).toEqual([answer?.PhysicalResourceId]);
    expect(steps.filter((step) => step.startsWith('put'))).toEqual([]);
  });

  test('stays what was first found, over Updates', async () => {
    const { repository } = await create(unsafe);
    const { claimsAfter } = await bench.run({
      sample: 'update',
      repository,
      properties: { ...restoring, MutableTags: 'latest' },
    });
    expect(claimsAfter?.original).toEqual(asClaimed(unsafe));
    expect(claimsAfter?.claims).toEqual([
      expect.objectContaining({
        set: asClaimed({ ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] }),
        properties: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
  });

  test('is given back at the Delete that restores, and the claim is gone', async () => {
    const created = await create(unsafe);
    const { answer, after, tagsAfter, claimsAfter } = await remove(created);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer).not.toHaveProperty('Reason');
    expect(after).toEqual(unsafe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });

  test('is forgotten at the Delete that retains', async () => {
    const created = await create(unsafe, {});
    const { after, tagsAfter, claimsAfter, steps, calls } = await remove(created, {});
    expect(after).toEqual(safe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsIn(claimsAfter)).toBeUndefined();
    expect(steps).toEqual(['write claims']);
    // ECR is not even asked.
    expect(calls.map(({ step }) => step)).toEqual([...askingToStop, 'find claims', 'write claims']);
  });

  test('is not given back over what somebody else has set since, setting by setting, and that is told', async () => {
    const created = await create(unsafe);
    const changed: Settings = { ...safe, mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] };
    bench.server.registry.repositories.set(created.repository, {
      ...Object(bench.server.registry.repositories.get(created.repository)),
      settings: changed,
    });
    const { answer, after, tagsAfter, claimsAfter } = await remove(created);
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `ImageTagMutability of ${created.repository} was changed by another client since, and stays`,
    });
    expect(after).toEqual({ ...changed, scanOnPush: false });
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });

  test('counts as unknown where the record is damaged, and that is logged', async () => {
    const created = await create(unsafe);
    const key = arnOf(created.repository);
    const item = bench.server.claims.get(key);
    expect(item?.holders).toEqual([created.answer?.PhysicalResourceId]);
    if (item !== undefined) bench.server.claims.set(key, { ...item, body: 'nonsense' });
    const { answer, after, tagsAfter } = await remove(created);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect({ after, tagsAfter }).toEqual({ after: safe, tagsAfter: { team: 'orders' } });
    expect(
      bench.printed.some((line) => line.includes('the record of claims is damaged') && line.includes(key)),
    ).toBe(true);
  });

  test('is not taken from a repository that there is no more', async () => {
    const created = await create(unsafe);
    bench.server.registry.repositories.delete(created.repository);
    expect((await remove(created)).answer).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('a repository that another resource holds', () => {
  const renamed = { LogicalResourceId: 'Renamed' };

  test('is taken over, which is told; what was first found stays, and the earlier Delete leaves it alone', async () => {
    const first = await create(unsafe);
    const { repository } = first;
    const second = await bench.run({ repository, properties: restoring, event: renamed });
    expect(second.answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${repository} is taken over from ${first.answer?.PhysicalResourceId}`,
    });
    expect(holdersIn(second.claimsAfter)).toEqual([
      first.answer?.PhysicalResourceId,
      second.answer?.PhysicalResourceId,
    ]);
    expect(second.claimsAfter?.original).toEqual(asClaimed(unsafe));
    const earlier = await remove(first);
    expect(earlier.after).toEqual(safe);
    // Only that it once came from the first is forgotten.
    const [lower, upper] = second.claimsAfter?.claims ?? [];
    expect(claimsIn(earlier.claimsAfter)).toEqual({
      ...claimsIn(second.claimsAfter),
      claims: [{ ...upper, atTakeover: lower?.atTakeover }],
    });
    const { after, tagsAfter, claimsAfter } = await remove(second, restoring, renamed);
    expect(after).toEqual(unsafe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });

  test('returns to it when the Create that took it fails', async () => {
    const first = await create(unsafe);
    const { repository } = first;
    const second = await bench.run({
      repository,
      properties: { ...restoring, MutableTags: 'latest' },
      event: renamed,
      fault: { step: 'put mutability', fault: 'blocked by the organisation', times: 1 },
    });
    expect(second.answer?.Reason).toMatch(/ What had been changed was put back\.$/);
    expect(claimsIn(second.claimsAfter)).toEqual(claimsIn(first.claimsAfter));
    expect((await remove(first)).after).toEqual(unsafe);
  });

  test.each(['Retain', 'Restore'])(
    'returns to it at its Delete (%s) while the first is still there',
    async (OnDelete) => {
      const first = await create(unsafe);
      const { repository } = first;
      const properties = { OnDelete, MutableTags: 'latest' };
      const second = await bench.run({ repository, properties, event: renamed });
      expect(second.after).toMatchObject({ exclusions: ['latest'] });
      const { after, claimsAfter } = await remove(second, properties, renamed);
      expect(after).toEqual(safe);
      expect(holdersIn(claimsAfter)).toEqual([first.answer?.PhysicalResourceId]);
      expect(claimsIn(claimsAfter)).toEqual(claimsIn(first.claimsAfter));
      expect(claimsAfter?.original).toEqual(asClaimed(unsafe));
      expect((await remove(first)).after).toEqual(unsafe);
    },
  );

  test('returns to it also when nobody heard that the Create had succeeded', async () => {
    const first = await create(unsafe);
    const { repository } = first;
    const properties = { ...restoring, MutableTags: 'latest' };
    const second = await bench.run({ repository, properties, event: renamed });
    expect(second.after).toMatchObject({ exclusions: ['latest'] });
    const invented = { ...renamed, PhysicalResourceId: 'orders-Renamed-1X2Y3Z' };
    const undone = await remove(second, properties, invented);
    expect(undone.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'orders-Renamed-1X2Y3Z' });
    expect(undone.after).toEqual(safe);
    expect(holdersIn(undone.claimsAfter)).toEqual([first.answer?.PhysicalResourceId]);
    expect(undone.claimsAfter?.original).toEqual(asClaimed(unsafe));
    expect((await remove(first)).after).toEqual(unsafe);
  });
});

describe('a Delete of an id that this resource never made', () => {
  test('undoes a Create whose success nobody heard of', async () => {
    const created = await create(unsafe, {});
    const { answer, after, tagsAfter, claimsAfter } = await remove(
      created,
      {},
      { PhysicalResourceId: 'orders-Settings-1A2B' },
    );
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'orders-Settings-1A2B' });
    expect({ after, tagsAfter }).toEqual({ after: unsafe, tagsAfter: { team: 'orders' } });
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });

  test('does nothing where there is nothing to undo', async () => {
    const { after, calls } = await bench.run({
      sample: 'delete',
      before: unsafe,
      // Whoever else the tests have made holds others.
      event: { LogicalResourceId: 'Nothing', PhysicalResourceId: 'orders-Nothing-1A2B' },
    });
    expect(after).toEqual(unsafe);
    expect(calls.map(({ step }) => step)).toEqual([...askingToStop, 'find claims']);
  });
});

describe('an Update that rolls another one back', () => {
  test('ends at the settings before it, also where its properties leave them to the default', async () => {
    // Neither is safer than the other, so the default leaves it.
    process.env.MutableTags = 'latest';
    const dev: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev'], scanOnPush: false };
    const { repository } = await bench.run({ before: dev });
    const update = (properties: JsonObject, old: JsonObject) =>
      bench.run({
        sample: 'update',
        repository,
        properties,
        event: { OldResourceProperties: { RepositoryName: repository, ...old } },
      });
    const tight = { ImageTagMutability: 'IMMUTABLE' };
    expect((await update(tight, {})).after).toEqual(safe);
    expect((await update({}, tight)).after).toEqual({ ...dev, scanOnPush: true });
    delete process.env.MutableTags;
  });
});
