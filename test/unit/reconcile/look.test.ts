import '../custom-resource/support/one-realm.ts';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Deadline, deadlineIn } from '../../../aws/deadline.ts';
import { connect } from '../../../aws/ecr/connection.ts';
import { imageReads } from '../../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../../aws/ecr/lifecycle-policies.ts';
import type { Usage, UsageReadOptions } from '../../../aws/usage/usage-reads.ts';
import { groupBy } from '../../../core/group-by.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import type { ImageReference, UsageEvidence, UsageSource } from '../../../core/usage/evidence.ts';
import { decideGuard, type GuardDecision, type RepositoryLook } from '../../../core/usage/guard.ts';
import { type LookOptions, type LookTarget, lookAt } from '../../../reconcile/look.ts';
import { imagesLike, type Repository, repositoryLike, unsafe } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';

let server: Server;
let deadline: Deadline;
let close: () => void;
let reads: LookOptions['ecr'];
let usageReads: (readonly UsageSource[])[];
let isAskedFor: UsageReadOptions['isAskedFor'];

beforeEach(async () => {
  server = await startServer();
  const connection = connect(
    {
      region: 'us-east-1',
      endpoint: server.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    (calls) => ({ ...imageReads(calls), ...lifecyclePolicyReads(calls) }),
  );
  deadline = deadlineIn(60_000);
  reads = connection.until(deadline);
  close = () => {
    deadline.dispose();
    connection.close();
  };
  usageReads = [];
});

afterEach(async () => {
  close();
  await server.stop();
});

const registry = { registryId: '123456789012', region: 'us-east-1' };
const user = { source: 'ecs', arn: 'arn:aws:ecs:us-east-1:123456789012:service/c/web' } as const;
// An hour after the last push of 400 images.
const now = (1_767_225_600 + 400 * 3600) * 1000;
const keeping = (KeepImages: number) =>
  lifecyclePolicyText({ KeepImages, ExpireUntaggedAfterDays: 14, ProtectedTags: [] }) ?? '';
const wanted = keeping(20);
const add = (name: string, more: Partial<Repository> = {}) =>
  server.registry.repositories.set(name, repositoryLike(unsafe, more));
const use = (repository: string, tag: string): ImageReference => ({ ...registry, repository, tag, user });

function look(
  targets: readonly LookTarget[],
  evidence: Partial<UsageEvidence> = {},
  more: Partial<LookOptions> = {},
) {
  const usage: Pick<Usage, 'read'> = {
    async read(_, sources, options) {
      usageReads.push(sources);
      isAskedFor = options?.isAskedFor;
      return { readAt: now, references: [], sources: { ecs: 1, lambda: 0 }, ...evidence };
    },
  };
  const sources = ['pulls', 'ecs', 'lambda'] as const;
  return lookAt({ targets, ecr: reads, usage, registry, sources, protectPulledWithinDays: 90, now, ...more });
}

const required = ['pulls', 'ecs', 'lambda'] as const;
const decide = (looks: readonly RepositoryLook[], sources?: UsageEvidence['sources']): GuardDecision =>
  decideGuard(looks, { sources, required });
const operations = () => groupBy(server.calls, ({ operation }) => operation);
const count = (operation: 'GetLifecyclePolicy' | 'DescribeImages') =>
  operations().get(operation)?.length ?? 0;

describe('a look at repositories', () => {
  test('reads no evidence where nothing would expire, nor images where the policy decides it', async () => {
    add('few', { images: imagesLike(20) });
    add('same', { images: imagesLike(400), lifecycle: JSON.stringify(JSON.parse(wanted), null, 2) });
    add('by-hand', { images: imagesLike(400), lifecycle: wanted.replace('stay', 'are kept') });
    const { repositories, evidence } = await look(
      ['few', 'same', 'by-hand', 'absent'].map((repository) => ({ repository, wanted })),
    );
    expect(evidence).toBeUndefined();
    expect(usageReads).toEqual([]);
    expect(count('GetLifecyclePolicy')).toBe(4);
    expect(count('DescribeImages')).toBe(1);
    expect(repositories.map((each) => decide([each]).kind)).toEqual([
      'write',
      'write',
      'keep-present',
      'write',
    ]);
    expect(repositories[3]).toMatchObject({ exists: false, present: undefined });
  });

  test('reads the evidence once for all, images by 1,000, and no image by itself', async () => {
    add('a', { images: imagesLike(400) });
    add('b', { images: imagesLike(2_500), lifecycle: keeping(5_000) });
    const references = [use('a', 'v7'), use('b', 'v2499'), { ...use('b', 'v3'), region: 'eu-west-1' }];
    const targets = [
      { repository: 'a', wanted },
      { repository: 'b', wanted },
      { repository: 'a', wanted: keeping(399) },
    ];
    const { repositories, evidence } = await look(targets, { references });
    expect(usageReads).toEqual([['ecs', 'lambda']]);
    const digest = (index: number) => imagesLike(2_500)[index]?.digest ?? '';
    // Of 'a' the newest 20 stay, of 'b' too.
    const asked = [380, 379].map((index) => isAskedFor?.({ repository: 'a', digest: digest(index) }));
    expect(asked).toEqual([false, true]);
    expect(isAskedFor?.({ repository: 'b', digest: digest(380) })).toBe(true);
    expect(isAskedFor?.({ repository: 'c', digest: digest(0) })).toBe(false);
    expect(count('GetLifecyclePolicy')).toBe(2);
    expect(count('DescribeImages')).toBe(1 + 3);
    const [a, b, other] = repositories;
    expect(a?.effect).toMatchObject({
      expiring: 380,
      inUse: [{ tags: ['v7'], action: 'expire', verdict: { kind: 'in-use', users: [user] } }],
    });
    expect(b).toMatchObject({ present: keeping(5_000), effect: { expiring: 2_480, inUse: [] } });
    expect(other?.effect).toMatchObject({ expiring: 1, inUse: [] });
    const kinds = repositories.map((each) => decide([each], evidence?.sources).kind);
    expect(kinds).toEqual(['withhold', 'write', 'write']);
  });

  test('counts what expires until the policy takes effect, up to a day later', async () => {
    // Untagged ones expire 14 days after their push.
    for (const days of [13.1, 12.9]) {
      const images = imagesLike(1).map((image) => ({
        ...image,
        tags: [],
        pushedAt: now / 1000 - days * 86_400,
      }));
      add(`pushed-${days}`, { images });
    }
    const digest = imagesLike(1)[0]?.digest;
    const references = ['pushed-13.1', 'pushed-12.9'].map((name) => ({
      ...registry,
      repository: name,
      digest,
      user,
    }));
    const { repositories } = await look(
      references.map(({ repository }) => ({ repository, wanted })),
      { references },
    );
    expect(repositories.map(({ effect }) => effect)).toMatchObject([
      { expiring: 1, inUse: [{ digest, verdict: { kind: 'in-use' } }] },
      { expiring: 0, inUse: [] },
    ]);
  });

  test('protects what was pulled within the days that are asked for, and one more', async () => {
    const pulledDaysAgo = (days: number) =>
      imagesLike(400).map((image, index) =>
        index === 0 ? { ...image, lastPulledAt: now / 1000 - days * 86_400 } : image,
      );
    add('r', { images: pulledDaysAgo(90.9) });
    const of = async (more: Partial<LookOptions> = {}) =>
      (await look([{ repository: 'r', wanted }], {}, more)).repositories[0]?.effect;
    expect(await of()).toMatchObject({ inUse: [{ tags: ['v0'], verdict: { kind: 'pulled' } }] });
    expect(await of({ protectPulledWithinDays: 80 })).toMatchObject({ expiring: 380, inUse: [] });
    expect(await of({ protectPulledWithinDays: 0 })).toMatchObject({ expiring: 380, inUse: [] });
  });

  test.each([
    ['read lifecycle', 'access denied', { code: 'denied', action: 'ecr:GetLifecyclePolicy' }, 'cannot-know'],
    ['see images', 'access denied', { code: 'denied', action: 'ecr:DescribeImages' }, 'withhold'],
    [
      'see images',
      'unknown error',
      { code: 'failed', action: 'ecr:DescribeImages', error: 'SomethingNewException' },
      'withhold',
    ],
  ] as const)('%s, %s: is unknown with its reason', async (step, fault, reason, kind) => {
    add('r', { images: imagesLike(400) });
    add('healthy', { images: imagesLike(400) });
    server.plans.set('r', [{ step, fault, times: Number.POSITIVE_INFINITY }]);
    const { repositories, evidence } = await look(
      ['r', 'healthy'].map((repository) => ({ repository, wanted })),
      { references: [use('r', 'v7')] },
    );
    const [r, healthy] = repositories;
    expect(r?.[step === 'read lifecycle' ? 'present' : 'effect']).toEqual({ unknown: reason });
    expect(r && decide([r], evidence?.sources).kind).toBe(kind);
    expect(healthy && decide([healthy], evidence?.sources)).toEqual({ kind: 'write' });
  });

  test.each(['throttled', 'hanging'] as const)('%s until the time is over: is unknown', async (fault) => {
    add('r', { images: imagesLike(400) });
    server.plans.set('r', [{ step: 'see images', fault, times: Number.POSITIVE_INFINITY }]);
    const connection = connect(
      {
        region: 'us-east-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      },
      imageReads,
    );
    const short = deadlineIn(500);
    const ecr = { ...reads, ...connection.until(short) };
    const { repositories } = await look([{ repository: 'r', wanted }], {}, { ecr });
    short.dispose();
    connection.close();
    expect(repositories[0]?.effect).toMatchObject({
      unknown: { code: expect.stringMatching(/^(out-of-time|no-response)$/) },
    });
    expect(usageReads).toEqual([]);
    expect(decide(repositories).kind).toBe('withhold');
  });

  test.each(['read lifecycle', 'see images'] as const)(
    'takes a repository that is deleted meanwhile (%s) for one that has nothing to harm',
    async (step) => {
      add('r', { images: imagesLike(400) });
      server.plans.set('r', [{ step, fault: 'repository gone', times: Number.POSITIVE_INFINITY }]);
      const { repositories } = await look([{ repository: 'r', wanted }]);
      expect(repositories).toEqual([
        { repository: 'r', wanted, exists: false, present: undefined, effect: undefined },
      ]);
    },
  );
});
