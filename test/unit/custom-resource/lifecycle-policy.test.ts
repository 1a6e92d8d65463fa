import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { type Bench, startBench } from './support/bench.ts';
import { asClaimed, claimsIn, holdersIn } from './support/claims-records.ts';
import { propertiesLike } from './support/events.ts';
import { type Image, imagesLike, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const keeping = (count: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'the newest ones stay, whatever else there is',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: count },
        action: { type: 'expire' },
      },
    ],
  });
const old = (repository: string, properties: JsonObject) => ({
  OldResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
});
const policy = (count: number) => ({ LifecyclePolicy: { LifecyclePolicyText: keeping(count) } });
const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - days * 24 * 60 * 60;
const pulled = (images: readonly Image[], days: number): readonly Image[] =>
  images.map((image) => ({ ...image, lastPulledAt: daysAgo(days) }));

describe('a lifecycle policy', () => {
  test('is put where there is none, and not again', async () => {
    const { answer, lifecycleAfter, repository, steps } = await bench.run({
      before: safe,
      properties: policy(5),
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '1' } });
    expect(lifecycleAfter).toBe(keeping(5));
    expect(steps).toContain('start preview');
    const again = await bench.run({ repository, properties: policy(5) });
    expect(again.steps.filter((step) => /put|write|preview/.test(step))).toEqual([]);
  });

  test('is the default of the macro where its parameters are set, and the others are those of the organisation', async () => {
    const { answer, lifecycleAfter, repository } = await bench.run({
      before: safe,
      properties: { KeepImages: '50', ProtectedTags: 'release-*, v*' },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '1' } });
    const built = { KeepImages: 50, ExpireUntaggedAfterDays: 14, ProtectedTags: ['release-*', 'v*'] };
    expect(lifecycleAfter).toBe(lifecyclePolicyText(built));
    const archiving = { ArchiveUnpulledAfterDays: 180, ExpireUntaggedAfterDays: 0 };
    const archived = await bench.run({ repository, sample: 'update', properties: archiving });
    expect(archived.lifecycleAfter).toBe(lifecyclePolicyText({ ...built, ...archiving, ProtectedTags: [] }));
  });

  test('of parameters stays what it was when an Update is rolled back, whatever the organisation has changed since', async () => {
    const properties = { KeepImages: '50' };
    const { repository, lifecycleAfter } = await bench.run({ before: safe, properties });
    try {
      process.env.ExpireUntaggedAfterDays = '7';
      const update = { repository, sample: 'update' as const };
      const changed = await bench.run({
        ...update,
        properties: { KeepImages: '60' },
        event: old(repository, properties),
      });
      expect(changed.lifecycleAfter).toContain('expire 7 days');
      const back = await bench.run({ ...update, properties, event: old(repository, { KeepImages: '60' }) });
      expect([back.answer?.Status, back.lifecycleAfter]).toEqual(['SUCCESS', lifecycleAfter]);
    } finally {
      delete process.env.ExpireUntaggedAfterDays;
    }
  });

  test('means the same in another order of keys', async () => {
    const reordered = JSON.stringify({
      rules: [
        {
          action: { type: 'expire' },
          selection: { countNumber: 5, countType: 'imageCountMoreThan', tagStatus: 'any' },
          description: 'the newest ones stay, whatever else there is',
          rulePriority: 1,
        },
      ],
    });
    const { steps } = await bench.run({ before: safe, lifecycle: reordered, properties: policy(5) });
    expect(steps).not.toContain('put lifecycle');
  });

  test('that is left out leaves the one that is there', async () => {
    const { lifecycleAfter, steps } = await bench.run({ before: unsafe, lifecycle: keeping(3) });
    expect(lifecycleAfter).toBe(keeping(3));
    expect(steps).not.toContain('read lifecycle');
  });

  test.each<[string, unknown, string]>([
    ['no map', 'text', 'LifecyclePolicy must be a map with LifecyclePolicyText, not another string'],
    ['no text', {}, 'LifecyclePolicy.LifecyclePolicyText is missing'],
    [
      'a map for text',
      { LifecyclePolicyText: { rules: [] } },
      'LifecyclePolicy.LifecyclePolicyText must be text, not a map',
    ],
    ['no JSON', { LifecyclePolicyText: 'hunter2' }, 'LifecyclePolicy.LifecyclePolicyText is not JSON.'],
    [
      'a count that is text',
      { LifecyclePolicyText: keeping(5).replace('5', '"hunter2"') },
      'LifecyclePolicy.LifecyclePolicyText rules[0].selection.countNumber must be a whole number from 1, not another string',
    ],
    [
      'a registry',
      { ...policy(5).LifecyclePolicy, RegistryId: '1' },
      'LifecyclePolicy.RegistryId is not taken',
    ],
    [
      'a mistyped key',
      { LifecyclePolicytext: '' },
      'LifecyclePolicy has an unknown key; did you mean LifecyclePolicyText?',
    ],
  ])('is refused before any call: %s', async (_title, given, reason) => {
    const properties = JSON.parse(JSON.stringify({ LifecyclePolicy: given }));
    const { answer, steps } = await bench.run({ before: unsafe, properties });
    expect(answer?.Reason).toContain(reason);
    expect(answer?.Reason).not.toContain('hunter2');
    expect(steps).toEqual([]);
  });
});

describe('parameters of a lifecycle policy', () => {
  test.each<[string, JsonObject, string]>([
    [
      'beside a text',
      { ...policy(5), ArchiveUnpulledAfterDays: 1 },
      'LifecyclePolicy and ArchiveUnpulledAfterDays both define the lifecycle policy: set one of them.',
    ],
    [
      'that leave no rule',
      { KeepImages: '0', ExpireUntaggedAfterDays: 0 },
      'KeepImages and ExpireUntaggedAfterDays of 0 leave no rule for a lifecycle policy: remove them to keep the current one, or set ArchiveUnpulledAfterDays.',
    ],
    [
      'of wrong values',
      { KeepImages: 'hunter2', ProtectedTags: ['hunter2!'], WhenSafer: 'keep' },
      'KeepImages must be a whole number from 0 to 100000, not another string; ProtectedTags must be 1 to 128 letters, digits and . _ * -; WhenSafer has the unknown value "keep"; did you mean Keep?',
    ],
  ])('are refused before any call: %s', async (_title, properties, reason) => {
    const { answer, steps } = await bench.run({ before: unsafe, properties });
    expect(answer?.Reason).toBe(`Settings: ${reason}`);
    expect(steps).toEqual([]);
  });
});

describe('images in use', () => {
  const images = pulled(imagesLike(4), 10);

  test('do not expire: the policy is refused with their tags, digests, last pulls and number, and nothing is changed', async () => {
    const run = { before: unsafe, images, properties: policy(2) };
    const { answer, after, lifecycleAfter, claimsAfter, repository } = await bench.run(run);
    const minuteOf = (image: Image | undefined) =>
      new Date((image?.lastPulledAt ?? 0) * 1000).toISOString().slice(0, 16);
    const named = [0, 1].map(
      (index) =>
        `${repository} v${index} (${images[index]?.digest}, last pulled ${minuteOf(images[index])}Z)`,
    );
    expect(answer?.Status).toBe('FAILED');
    expect(answer?.Reason).toMatch(
      /^The lifecycle policy would expire 2 images that were pulled within 90 days, so nothing was changed\. Change it to keep them, or set ProtectPulledWithinDays: 0 to expire them, which needs AllowExpiringImagesInUse: true of the application\. Pulled: /,
    );
    for (const image of named) expect(answer?.Reason).toContain(image);
    expect({ after, lifecycleAfter, claimsAfter }).toEqual({
      after: unsafe,
      lifecycleAfter: undefined,
      claimsAfter: undefined,
    });
  });

  test('are not archived either, since nobody can pull an archived image', async () => {
    const archiving = keeping(2).replace('"expire"', '"transition","targetStorageClass":"archive"');
    const properties = { LifecyclePolicy: { LifecyclePolicyText: archiving } };
    const run = { before: unsafe, images, properties };
    const { answer, after, lifecycleAfter } = await bench.run(run);
    expect(answer?.Reason).toMatch(
      /^The lifecycle policy would archive 2 images that were pulled within 90 days, so nothing was changed\. Change it to keep them, or set ProtectPulledWithinDays: 0 to archive them, which needs AllowExpiringImagesInUse: true of the application\. Pulled: /,
    );
    expect({ after, lifecycleAfter }).toEqual({ after: unsafe, lifecycleAfter: undefined });
    const accepted = await bench.run({ ...run, images: imagesLike(4) });
    expect(accepted).toMatchObject({ answer: { Status: 'SUCCESS' }, lifecycleAfter: archiving });
  });

  test('are not archived by a Delete that would put such a policy back', async () => {
    const archiving = keeping(2).replace('"expire"', '"transition","targetStorageClass":"archive"');
    const properties = { ...policy(9), OnDelete: 'Restore' };
    const { repository } = await bench.run({ before: safe, lifecycle: archiving, images, properties });
    const { answer, lifecycleAfter } = await bench.run({ sample: 'delete', repository, properties });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${repository} keeps its lifecycle policy: the earlier one would archive 2 images in use`,
    });
    expect(lifecycleAfter).toBe(keeping(9));
  });

  test('expire where the author says so and the application allows it', async () => {
    const properties = { ...policy(2), ProtectPulledWithinDays: '0' };
    process.env.AllowExpiringImagesInUse = 'true';
    try {
      const { answer, lifecycleAfter, steps } = await bench.run({ before: unsafe, images, properties });
      expect(answer).toMatchObject({ Status: 'SUCCESS' });
      expect(lifecycleAfter).toBe(keeping(2));
      expect(steps).not.toContain('start preview');
    } finally {
      delete process.env.AllowExpiringImagesInUse;
    }
  });

  test('do not expire where only the author says so: a policy is refused before anything is changed', async () => {
    const properties = { ...policy(2), ProtectPulledWithinDays: '0' };
    const { answer, after, lifecycleAfter, repository } = await bench.run({
      before: unsafe,
      images,
      properties,
    });
    expect(answer?.Reason).toBe(
      'ProtectPulledWithinDays: 0 would let the lifecycle policy expire images in use, which is refused unless the application is deployed with AllowExpiringImagesInUse: true.',
    );
    expect([after, lifecycleAfter]).toEqual([unsafe, undefined]);
    // What puts no policy is not refused, and neither is a rollback, which keeps what is there.
    const harmless = { ProtectPulledWithinDays: '0' };
    const update = { repository, sample: 'update' as const };
    expect((await bench.run({ repository, properties: harmless })).answer?.Status).toBe('SUCCESS');
    const put = await bench.run({ ...update, properties: policy(9), event: old(repository, properties) });
    expect(put.lifecycleAfter).toBe(keeping(9));
    const back = await bench.run({ ...update, properties, event: old(repository, policy(9)) });
    expect([back.answer?.Status, back.lifecycleAfter]).toEqual(['SUCCESS', keeping(9)]);
  });

  test.each<[string, readonly Image[], number]>([
    ['that were never pulled', imagesLike(4), 90],
    ['whose last pull is longer ago', pulled(imagesLike(4), 92), 90],
    ['whose last pull is longer ago than the author protects', images, 7],
    ['that the policy keeps', images.slice(0, 2), 90],
  ])('are not those %s', async (_title, given, ProtectPulledWithinDays) => {
    const properties = { ...policy(2), ProtectPulledWithinDays };
    const { answer } = await bench.run({ before: unsafe, images: given, properties });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
  });

  test('are found over all pages, and as many are named as fit', async () => {
    const many = pulled(imagesLike(350), 1);
    const { answer } = await bench.run({ before: unsafe, images: many, properties: policy(1) });
    expect(answer?.Reason).toContain('would expire 349 images that were pulled within 90 days');
    const named = String(answer?.Reason).match(/sha256:/g)?.length ?? 0;
    expect(named).toBeGreaterThan(15);
    expect(answer?.Reason).toMatch(new RegExp(`; and ${349 - named} more\\.$`));
  });

  test.each(['-1', 'ten', '1.5'])(
    'ProtectPulledWithinDays %s is refused',
    async (ProtectPulledWithinDays) => {
      const { answer, steps } = await bench.run({ before: unsafe, properties: { ProtectPulledWithinDays } });
      expect(answer?.Reason).toContain('ProtectPulledWithinDays must be a whole number from 0');
      expect(steps).toEqual([]);
    },
  );
});

describe('a policy and OnDelete', () => {
  const other = keeping(30);

  test('Restore gives another policy back whole, which the claims hold once', async () => {
    const properties = { ...policy(5), OnDelete: 'Restore' };
    const made = await bench.run({ before: unsafe, lifecycle: other, properties });
    expect(made.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(made.lifecycleAfter).toBe(keeping(5));
    const { original, claims, policies } = made.claimsAfter ?? {};
    expect(Object.values(policies ?? {}).toSorted()).toEqual([keeping(5), other].toSorted());
    expect(original).toEqual(asClaimed(unsafe, hashOfPolicy(other)));
    expect(claims?.[0]?.set).toEqual(asClaimed(safe, hashOfPolicy(keeping(5))));
    const { repository } = made;
    const { answer, after, lifecycleAfter, claimsAfter } = await bench.run({
      sample: 'delete',
      repository,
      properties,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer).not.toHaveProperty('Reason');
    expect({ after, lifecycleAfter, claims: claimsIn(claimsAfter) }).toEqual({
      after: unsafe,
      lifecycleAfter: other,
      claims: undefined,
    });
  });

  test('Restore is taken over the same policy, and where there is none', async () => {
    const properties = { ...policy(5), OnDelete: 'Restore' };
    for (const lifecycle of [keeping(5), undefined]) {
      const given = lifecycle === undefined ? {} : { lifecycle };
      const { answer, repository } = await bench.run({ before: unsafe, ...given, properties });
      expect(answer).toMatchObject({ Status: 'SUCCESS' });
      const { after, lifecycleAfter, claimsAfter } = await bench.run({
        sample: 'delete',
        repository,
        event: { ResourceProperties: { RepositoryName: repository, ...properties } },
      });
      expect({ after, lifecycleAfter, holders: holdersIn(claimsAfter) }).toEqual({
        after: unsafe,
        lifecycleAfter: lifecycle,
        holders: [],
      });
    }
  });

  test('Retain leaves the policy, and the earlier one is in the log', async () => {
    const { answer } = await bench.run({ before: unsafe, lifecycle: other, properties: policy(5) });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(bench.printed.some((line) => line.includes(JSON.stringify(other)))).toBe(true);
  });
});
