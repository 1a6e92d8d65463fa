import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, startBench } from './support/bench.ts';
import { claimsIn } from './support/claims-records.ts';
import { propertiesLike } from './support/events.ts';
import { imagesLike, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  bench.server.usage.services.clear();
  bench.server.usage.denied.clear();
  bench.server.usage.calls.length = 0;
});

afterAll(() => bench.stop());

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
// None was ever pulled.
const images = imagesLike(4);
const service = 'arn:aws:ecs:us-east-1:123456789012:service/prod/api';
const host = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
const uses = (image: string, imageDigest?: string) =>
  bench.server.usage.services.set(service, { image, ...(imageDigest && { imageDigest }) });
const digest = images[0]?.digest ?? '';

describe('an image in use that was not pulled for long', () => {
  test.each<[string, (repository: string) => Parameters<typeof uses>, string]>([
    ['by its digest', (name) => [`${host}/${name}:gone`, digest], '90'],
    ['by its tag', (name) => [`${host}/${name}:v0`], '90'],
    ['whatever the days are', (name) => [`${host}/${name}@${digest}`], '1'],
  ])('does not expire, and the reason names who uses it: %s', async (_how, image, days) => {
    const { repository } = await bench.run({ before: unsafe, images, properties: { DryRun: 'true' } });
    uses(...image(repository));
    const properties = { ...policy(2), ProtectPulledWithinDays: days };
    const refused = await bench.run({ repository, properties });
    expect(refused.answer).toMatchObject({
      Status: 'FAILED',
      Reason: `The lifecycle policy would expire 1 image that is in use, so nothing was changed. Change it to keep them, or set ProtectPulledWithinDays: 0 to expire them, which needs AllowExpiringImagesInUse: true of the application. In use: ${repository} v0 (${digest}, in use by ${service}).`,
    });
    expect([refused.after, refused.lifecycleAfter, refused.claimsAfter]).toEqual([
      unsafe,
      undefined,
      undefined,
    ]);
    bench.server.usage.services.clear();
    const put = await bench.run({ repository, properties });
    expect([put.answer?.Status, put.lifecycleAfter]).toEqual(['SUCCESS', keeping(2)]);
  });

  test.each([
    ['of another repository', `${host}/another/repository:v0`],
    ['of another Region', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/bench/repository:v0'],
    ['of another registry', 'public.ecr.aws/docker/library/nginx:v0'],
  ])('is not one %s', async (_what, image) => {
    uses(image, digest);
    const { answer } = await bench.run({ before: safe, images, properties: policy(2) });
    expect(answer?.Status).toBe('SUCCESS');
  });

  test('does not come back under an earlier policy by a Delete, which succeeds', async () => {
    const properties = { ...policy(9), OnDelete: 'Restore' };
    const { repository } = await bench.run({ before: safe, lifecycle: keeping(1), images, properties });
    uses(`${host}/${repository}:v0`);
    const { answer, lifecycleAfter, claimsAfter } = await bench.run({
      sample: 'delete',
      repository,
      properties,
    });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Reason: `${repository} keeps its lifecycle policy: the earlier one would expire 1 image in use`,
    });
    expect([lifecycleAfter, claimsIn(claimsAfter)]).toEqual([keeping(9), undefined]);
  });
});

describe('evidence of use', () => {
  test('is read once for all repositories, and only if something would expire', async () => {
    const { calls } = bench.server.usage;
    await bench.run({ before: safe, images, properties: policy(4) });
    expect(calls).toEqual([]);
    const { answer } = await bench.run({
      before: safe,
      images,
      others: { a: safe, b: safe },
      properties: (own) => ({ RepositoryName: `${own}*`, ...policy(2) }),
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '3' } });
    expect(calls.filter((operation) => operation === 'ListClusters')).toHaveLength(1);
    const noted = bench.printed.filter((line) => line.includes('"notes"')).at(-1);
    expect(noted).toContain('Amazon Inspector was not read');
  });

  test.each<[string, string]>([
    ['ListClusters', 'Amazon ECS was not read (ecs:ListClusters is not allowed). Allow ecs:ListClusters'],
    [
      'ListFunctions',
      'AWS Lambda was not read (lambda:ListFunctions is not allowed). Allow lambda:ListFunctions',
    ],
  ])(
    'without %s fails the request with the permission to add, and changes nothing',
    async (operation, reason) => {
      bench.server.usage.denied.add(operation);
      const run = { before: unsafe, images, properties: policy(2), remainingMs: 12_000 };
      const { answer, after, lifecycleAfter, repository } = await bench.run(run);
      expect(answer?.Status).toBe('FAILED');
      expect(answer?.Reason).toContain(
        'The lifecycle policy would expire or archive images, and it is not known whether they are in use, so nothing was changed: ',
      );
      expect(answer?.Reason).toContain(reason);
      expect([after, lifecycleAfter]).toEqual([unsafe, undefined]);
      // What expires nothing needs no evidence, and what the application does not require does not refuse.
      expect((await bench.run({ repository, properties: policy(4) })).lifecycleAfter).toBe(keeping(4));
      process.env.LifecycleGuardSources = 'pulls';
      try {
        expect((await bench.run({ ...run, repository })).lifecycleAfter).toBe(keeping(2));
      } finally {
        delete process.env.LifecycleGuardSources;
      }
    },
  );

  test('that is denied fails neither a rollback nor a Delete, which keep the lifecycle policy', async () => {
    const earlier = { ...policy(1), OnDelete: 'Restore' };
    const { repository } = await bench.run({ before: safe, properties: earlier });
    const old = (properties: typeof earlier) => ({
      OldResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
    });
    const update = { repository, sample: 'update' as const, remainingMs: 12_000 };
    const changed = { ...earlier, ...policy(9) };
    await bench.run({ ...update, images, properties: changed, event: old(earlier) });
    bench.server.usage.denied.add('ListClusters');
    const back = await bench.run({ ...update, properties: earlier, event: old(changed) });
    expect(back).toMatchObject({ answer: { Status: 'SUCCESS' }, lifecycleAfter: keeping(9) });
    expect(back.answer?.Reason).toContain(
      'it is not known whether the earlier one would expire images in use, since Amazon ECS was not read (ecs:ListClusters is not allowed)',
    );
    const removed = await bench.run({ sample: 'delete', repository, properties: earlier });
    expect(removed.answer?.Status).toBe('SUCCESS');
  });
});
