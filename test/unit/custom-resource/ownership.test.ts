import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, type Outcome, startBench } from './support/bench.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';

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
  test('stands in the tags of the repository, beside those of others', async () => {
    const { tagsAfter, answer } = await create(unsafe);
    expect(tagsAfter).toMatchObject({
      team: 'orders',
      'ecr-hardening:holder': answer?.PhysicalResourceId,
      'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
      'ecr-hardening:set': expect.stringMatching(
        /^IMMUTABLE\/scan=on\/lifecycle=untouched\/by=[0-9a-f]{16}\.$/,
      ),
    });
  });

  test('is not remembered where nothing has to be changed', async () => {
    expect((await create(safe)).tagsAfter).toEqual({ team: 'orders' });
  });

  test('stays what was first found, over Updates', async () => {
    const { repository } = await create(unsafe);
    const { tagsAfter } = await bench.run({
      sample: 'update',
      repository,
      properties: { ...restoring, MutableTags: 'latest' },
    });
    expect(tagsAfter).toMatchObject({
      'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
      'ecr-hardening:set': expect.stringMatching(
        /^IMMUTABLE_WITH_EXCLUSION:latest\/scan=on\/lifecycle=untouched\/by=[0-9a-f]{16}\.$/,
      ),
    });
  });

  test('is given back at the Delete that restores, and the tags are gone', async () => {
    const created = await create(unsafe);
    const { answer, after, tagsAfter } = await remove(created);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer).not.toHaveProperty('Reason');
    expect(after).toEqual(unsafe);
    expect(tagsAfter).toEqual({ team: 'orders' });
  });

  test('is forgotten at the Delete that retains', async () => {
    const created = await create(unsafe, {});
    const { after, tagsAfter, steps } = await remove(created, {});
    expect(after).toEqual(safe);
    expect(tagsAfter).toEqual({ team: 'orders' });
    expect(steps.filter((step) => step.startsWith('put'))).toEqual([]);
  });

  test('is not given back over what somebody else has set since, and that is told', async () => {
    const created = await create(unsafe);
    const changed: Settings = { ...safe, mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] };
    bench.server.registry.repositories.set(created.repository, {
      ...Object(bench.server.registry.repositories.get(created.repository)),
      settings: changed,
    });
    const { answer, after, tagsAfter } = await remove(created);
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${created.repository} was changed by somebody else since, and keeps the settings that it has`,
    });
    expect(after).toEqual(changed);
    expect(tagsAfter).toEqual({ team: 'orders' });
  });

  test('counts as unknown where somebody damaged the tags, and that is logged', async () => {
    const created = await create(unsafe);
    const tags = { ...created.tagsAfter, 'ecr-hardening:found': 'nonsense' };
    const { answer, after, tagsAfter } = await bench.run({
      sample: 'delete',
      repository: created.repository,
      tags,
      properties: restoring,
      event: { PhysicalResourceId: created.answer?.PhysicalResourceId },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer?.Reason).toContain('the tags that remembered the earlier ones were damaged');
    expect({ after, tagsAfter }).toEqual({ after: safe, tagsAfter: { team: 'orders' } });
    expect(bench.printed.some((line) => line.includes('are damaged'))).toBe(true);
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
    expect(second.tagsAfter).toMatchObject({
      'ecr-hardening:holder': second.answer?.PhysicalResourceId,
      'ecr-hardening:from': first.answer?.PhysicalResourceId,
      'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
    });
    const earlier = await remove(first);
    expect(earlier.after).toEqual(safe);
    // Only that it once came from the first is forgotten.
    const {
      'ecr-hardening:from': _,
      'ecr-hardening:taken': __,
      'ecr-hardening:earlier': ___,
      ...rest
    } = {
      ...second.tagsAfter,
    };
    expect(earlier.tagsAfter).toEqual(rest);
    const { after, tagsAfter } = await remove(second, restoring, renamed);
    expect(after).toEqual(unsafe);
    expect(tagsAfter).toEqual({ team: 'orders' });
  });

  test('goes back to it when the Create that took it fails', async () => {
    const first = await create(unsafe);
    const { repository } = first;
    const second = await bench.run({
      repository,
      properties: { ...restoring, MutableTags: 'latest' },
      event: renamed,
      fault: { step: 'put mutability', fault: 'blocked by the organisation', times: 1 },
    });
    expect(second.answer?.Reason).toMatch(/ What had been changed was put back\.$/);
    expect(second.tagsAfter).toEqual(first.tagsAfter);
    expect((await remove(first)).after).toEqual(unsafe);
  });

  test.each(['Retain', 'Restore'])(
    'goes back to it at its Delete (%s) while the first is still there',
    async (OnDelete) => {
      const first = await create(unsafe);
      const { repository } = first;
      const properties = { OnDelete, MutableTags: 'latest' };
      const second = await bench.run({ repository, properties, event: renamed });
      expect(second.after).toMatchObject({ exclusions: ['latest'] });
      const { after, tagsAfter } = await remove(second, properties, renamed);
      expect(after).toEqual(safe);
      expect(tagsAfter).toMatchObject({
        'ecr-hardening:holder': first.answer?.PhysicalResourceId,
        'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
      });
      expect(tagsAfter).not.toHaveProperty('ecr-hardening:from');
      expect((await remove(first)).after).toEqual(unsafe);
    },
  );

  test('goes back to it also when nobody heard that the Create had succeeded', async () => {
    const first = await create(unsafe);
    const { repository } = first;
    const properties = { ...restoring, MutableTags: 'latest' };
    const second = await bench.run({ repository, properties, event: renamed });
    expect(second.after).toMatchObject({ exclusions: ['latest'] });
    const invented = { ...renamed, PhysicalResourceId: 'orders-Renamed-1X2Y3Z' };
    const undone = await remove(second, properties, invented);
    expect(undone.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'orders-Renamed-1X2Y3Z' });
    expect(undone.after).toEqual(safe);
    expect(undone.tagsAfter).toMatchObject({
      'ecr-hardening:holder': first.answer?.PhysicalResourceId,
      'ecr-hardening:found': 'MUTABLE/scan=off/lifecycle=untouched.',
    });
    expect((await remove(first)).after).toEqual(unsafe);
  });
});

describe('a Delete of an id that this resource never made', () => {
  test('undoes a Create whose success nobody heard of', async () => {
    const created = await create(unsafe, {});
    const { answer, after, tagsAfter } = await remove(
      created,
      {},
      { PhysicalResourceId: 'orders-Settings-1A2B' },
    );
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'orders-Settings-1A2B' });
    expect({ after, tagsAfter }).toEqual({ after: unsafe, tagsAfter: { team: 'orders' } });
  });

  test('does nothing where there is nothing to undo', async () => {
    const { after, steps } = await bench.run({
      sample: 'delete',
      before: unsafe,
      event: { PhysicalResourceId: 'orders-Settings-1A2B' },
    });
    expect(after).toEqual(unsafe);
    expect(steps).toEqual(['describe', 'read tags']);
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
