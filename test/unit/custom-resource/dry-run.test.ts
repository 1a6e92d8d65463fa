import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { imagesLike, safe, unsafe } from './support/registry.ts';
import { dryRunSteps } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'the newest ones stay, whatever else there is',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 2 },
      action: { type: 'expire' },
    },
  ],
});
const expiring = { LifecyclePolicy: { LifecyclePolicyText } };
const inUse = imagesLike(4).map((image) => ({ ...image, lastPulledAt: Math.floor(Date.now() / 1000) }));

describe('DryRun', () => {
  test('changes nothing, and answers what it would change beside what is', async () => {
    const properties = { DryRun: 'true', MutableTags: 'latest' };
    const { answer, after, steps, claimsAfter } = await bench.run({ before: unsafe, properties });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Data: {
        ImageTagMutability: 'MUTABLE',
        ScanFrequency: 'MANUAL',
        WouldChange:
          'ImageTagMutability MUTABLE -> IMMUTABLE_WITH_EXCLUSION latest; ScanOnPush false -> true',
      },
    });
    expect(after).toEqual(unsafe);
    expect(steps).toEqual(dryRunSteps);
    expect(claimsAfter).toBeUndefined();
  });

  test('says so when it would change nothing', async () => {
    const { answer } = await bench.run({ before: safe, properties: { DryRun: true } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { WouldChange: 'nothing' } });
  });

  test('has the same attributes when it is over, so that an output of the template keeps its value', async () => {
    const dry = await bench.run({ before: unsafe, properties: { DryRun: true } });
    const real = await bench.run({ before: unsafe });
    expect(Object.keys(Object(real.answer?.Data)).toSorted()).toEqual(
      Object.keys(Object(dry.answer?.Data)).toSorted(),
    );
    expect(real.answer).toMatchObject({ Status: 'SUCCESS', Data: { WouldChange: 'nothing' } });
  });

  test('refuses what a real run would refuse', async () => {
    const properties = { DryRun: true, ImageTagMutability: 'immutable' };
    expect((await bench.run({ before: unsafe, properties })).answer).toMatchObject({ Status: 'FAILED' });
  });

  describe('over a pattern', () => {
    const others = { a: unsafe, b: { ...safe, scanOnPush: false }, c: safe };
    const hidden = ['/a', '/b', '/c', 'MUTABLE_WITH'];

    test('counts what it would change, and names what the author names', async () => {
      const run = (select: (own: string) => JsonObject) =>
        bench.run({
          others,
          properties: (own) => ({ RepositoryName: undefined, DryRun: true, ...select(own) }),
        });
      const patterned = await run((own) => ({ RepositoryName: `${own}/*` }));
      expect(patterned.answer).toMatchObject({
        Status: 'SUCCESS',
        Data: {
          Matched: '3',
          WouldChange:
            'ImageTagMutability -> IMMUTABLE in 1 repository; ScanOnPush -> true in 2 repositories',
        },
      });
      expect(patterned.answer).not.toHaveProperty('Reason');
      const mixed = await run((own) => ({ RepositoryNames: [`${own}/b`, `${own}/*`] }));
      expect(mixed.answer?.Data).toMatchObject({
        WouldChange: `${mixed.repository}/b (ScanOnPush false -> true); ImageTagMutability -> IMMUTABLE in 1 repository; ScanOnPush -> true in 1 repository`,
      });
      const isLogged = (name: string) =>
        bench.printed.some(
          (line) => line.includes('"dry run"') && line.includes(`${patterned.repository}/${name}"`),
        );
      expect(['a', 'b', 'c'].map(isLogged)).toEqual([true, true, false]);
    });

    test('counts what is refused', async () => {
      const { answer } = await bench.run({
        ...{ before: unsafe, others },
        properties: (own) => ({ RepositoryName: `${own}*`, DryRun: true, ImageTagMutability: 'MUTABLE' }),
      });
      const reason =
        '2 repositories would become less safe, which is refused unless the application is deployed with AllowWeakening: true.';
      expect(answer).toMatchObject({ Status: 'FAILED', Reason: reason });
      for (const name of hidden) expect(answer?.Reason).not.toContain(name);
    });

    test('counts the images in use that a lifecycle policy would expire, and logs all of them', async () => {
      const { answer, repository, lifecycleAfter } = await bench.run({
        ...{ before: unsafe, images: inUse, others },
        properties: (own) => ({ RepositoryName: `${own}*`, DryRun: true, ...expiring }),
      });
      expect(answer).toMatchObject({
        Status: 'SUCCESS',
        Data: {
          WouldChange:
            'ImageTagMutability -> IMMUTABLE in 2 repositories; ScanOnPush -> true in 3 repositories; LifecyclePolicy -> the given one in 4 repositories; the LifecyclePolicy would be refused in 1 repository, with 2 images in use',
        },
      });
      expect(lifecycleAfter).toBeUndefined();
      const logged = bench.printed.filter((line) => line.includes('"dry run: ')).join('');
      for (const { digest } of inUse.slice(0, 2)) expect(logged).toContain(digest);
      for (const name of ['a', 'b', 'c'])
        expect(logged).toMatch(
          new RegExp(`${repository}/${name} \\(.*LifecyclePolicy none -> the given one`),
        );
    });
  });

  test('reports images in use that a lifecycle policy would expire, instead of failing', async () => {
    const properties = { DryRun: true, ...expiring };
    const { answer, after, lifecycleAfter } = await bench.run({ before: safe, images: inUse, properties });
    expect(answer?.Status).toBe('SUCCESS');
    expect(Object(answer?.Data).WouldChange).toMatch(
      /^LifecyclePolicy none -> the given one; the LifecyclePolicy would be refused, since it would expire 2 images that were pulled within 90 days: \S+ v1 \(sha256:\w+, last pulled \S+Z\); \S+ v0 /,
    );
    expect([after, lifecycleAfter]).toEqual([safe, undefined]);
  });

  test('is followed by a real run when it is taken away', async () => {
    const { repository } = await bench.run({ before: unsafe, properties: { DryRun: true } });
    const { answer, after } = await bench.run({ repository, sample: 'update' });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(safe);
  });

  test('must be true or false', async () => {
    const { answer, after } = await bench.run({ before: unsafe, properties: { DryRun: 'yes' } });
    expect(answer?.Reason).toContain('DryRun must be true or false');
    expect(after).toEqual(unsafe);
  });
});
