import { describe, expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import type { ImageIndexReads } from '../../../aws/ecr/image-indexes.ts';
import type { ImageSummary } from '../../../aws/ecr/images.ts';
import { isUnknown } from '../../../core/known.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { evaluateLifecyclePolicy } from '../../../core/lifecycle/evaluate.ts';
import type { ImageReference } from '../../../core/usage/evidence.ts';
import { withChildren } from '../../../core/usage/image-indexes.ts';
import { checkPolicy, isHarmful } from '../../../reconcile/guard.ts';
import { startIndexReader } from '../../../reconcile/index-reader.ts';
import { lookAt } from '../../../reconcile/look.ts';
import { startUsageLook } from '../../../reconcile/usage-look.ts';
import fc from '../../support/fast-check.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-11-28T12:00:00Z');
const registry = { registryId: '123456789012', region: 'us-east-1' };
const repository = 'team/app';
const roleArn = 'arn:aws:iam::123456789012:role/look';
const user = { source: 'ecs', arn: 'arn:aws:ecs:us-east-1:123456789012:service/c/web' } as const;

/** Images, and to which others the indexes among them refer. */
interface Held {
  readonly images: readonly ImageSummary[];
  readonly children: ReadonlyMap<string, readonly string[]>;
}

const image = (digest: string, more: Partial<ImageSummary> = {}): ImageSummary => ({
  ...{ digest, tags: [], pushedAt: now - 100 * day, pulledAt: undefined, size: 1 },
  ...{ isImageIndex: false, isArchived: false, ...more },
});

/** Up to 8 images; the later ones may be indexes of any of those before, so that indexes are in others too. */
const helds = fc
  .array(
    fc.record({
      isTagged: fc.boolean(),
      days: fc.integer({ min: 1, max: 60 }),
      isPulled: fc.boolean(),
      refersTo: fc.option(fc.array(fc.nat(7), { maxLength: 3 }), { nil: undefined }),
    }),
    { maxLength: 8 },
  )
  .map((list): Held => {
    const children = new Map<string, readonly string[]>();
    const images = list.map(({ isTagged, days, isPulled, refersTo }, index) => {
      const own = refersTo?.filter((other) => other < index).map((other) => `sha256:${other}`);
      if (own !== undefined) children.set(`sha256:${index}`, own);
      return image(`sha256:${index}`, {
        tags: isTagged ? [`v${index}`] : [],
        pushedAt: now - days * day,
        pulledAt: isPulled && days % 3 === 0 ? now - day : undefined,
        isImageIndex: own !== undefined,
      });
    });
    return { images, children };
  });
const used = fc.array(fc.record({ index: fc.nat(7), isByTag: fc.boolean() }), { maxLength: 2 });
const texts = fc
  .record({ KeepImages: fc.integer({ min: 1, max: 4 }), ExpireUntaggedAfterDays: fc.constantFrom(0, 14) })
  .map((parameters) => lifecyclePolicyText({ ...parameters, ProtectedTags: [] }) ?? '');

const referencesTo = (uses: readonly { readonly index: number; readonly isByTag: boolean }[]) =>
  uses.map(({ index, isByTag }): ImageReference => {
    const by = isByTag ? { tag: `v${index}` } : { digest: `sha256:${index}` };
    return { ...registry, repository, ...by, user };
  });

/** Which images somebody names or has pulled, by digest. */
function directUse({ images }: Held, references: readonly ImageReference[]): readonly string[] {
  return images.flatMap(({ digest, tags, pulledAt }) =>
    pulledAt !== undefined ||
    references.some((each) => each.digest === digest || (each.tag !== undefined && tags.includes(each.tag)))
      ? [digest]
      : [],
  );
}

/** Whether one refers to the other, at any depth, or is it. */
function refers({ children }: Held, from: string, to: string): boolean {
  return from === to || (children.get(from) ?? []).some((each) => refers({ images: [], children }, each, to));
}

/** ECR, and what was read of its manifests. */
function registryWith({ images, children }: Held, exclusions: readonly string[] | Error = [roleArn]) {
  const read: string[] = [];
  const reads: ImageIndexReads = {
    async imageIndexes(_, digests) {
      read.push(...digests);
      return {
        children: new Map(digests.map((each) => [each, children.get(each) ?? []])),
        failure: undefined,
      };
    },
    async pullTimeExclusions() {
      if (exclusions instanceof Error) throw exclusions;
      return exclusions;
    },
  };
  const ecr = { lifecyclePolicy: async () => undefined, images: async () => images };
  return { reads, ecr, read };
}

const evidenceOf = (references: readonly ImageReference[]) => ({
  read: async () => ({ readAt: now, references, sources: { ecs: 1, lambda: 0 } }),
  close: () => undefined,
});

async function lookWith(held: Held, text: string, references: readonly ImageReference[], role = roleArn) {
  const { ecr, reads, read } = registryWith(held);
  const look = await lookAt({
    ...{ targets: [{ repository, wanted: text }], ecr, registry, now, protectPulledWithinDays: 90 },
    readIndexes: startIndexReader(reads, role),
    usage: evidenceOf(references),
    sources: ['pulls', 'ecs', 'lambda'],
  });
  const [first] = look.repositories;
  if (first?.effect === undefined || isUnknown(first.effect)) throw new Error('no effect');
  return { effect: first.effect, unread: first.unreadIndexes, read };
}

describe('an image index and its images', () => {
  test('count for each other both ways, at any depth, and only for what ECR would expire', async () => {
    let harmed = 0;
    await fc.assert(
      fc.asyncProperty(helds, used, texts, async (held, uses, text) => {
        const references = referencesTo(uses);
        const { effect, unread } = await lookWith(held, text, references);
        expect(unread).toBeUndefined();
        const result = evaluateLifecyclePolicy(text, withChildren(held.images, held.children), now + day);
        const expiring = 'verdicts' in result ? result.verdicts.map(({ digest }) => digest) : [];
        const direct = directUse(held, references);
        const all = held.images.map(({ digest }) => digest);
        // An index that refers to both, or is one of them.
        const isRelated = (one: string, other: string) =>
          all.some((index) => refers(held, index, one) && refers(held, index, other));
        const inUse = expiring.filter((digest) => direct.some((each) => isRelated(digest, each)));
        expect(effect.inUse.map(({ digest }) => digest).toSorted()).toEqual(inUse.toSorted());
        expect(effect.expiring).toBe(expiring.length);
        harmed += inUse.filter((digest) => !direct.includes(digest)).length;
      }),
      { numRuns: 500 },
    );
    // Those that only another image's use keeps.
    expect(harmed).toBeGreaterThan(20);
  });

  test('count by themselves where nothing may be read: never fewer than what is used itself', async () => {
    await fc.assert(
      fc.asyncProperty(helds, used, texts, async (held, uses, text) => {
        const references = referencesTo(uses);
        const { effect, unread, read } = await lookWith(held, text, references, '');
        expect(read).toEqual([]);
        const known = await lookWith(held, text, references);
        const inUse = effect.inUse.map(({ digest }) => digest);
        const direct = directUse(held, references);
        for (const { digest } of known.effect.inUse)
          if (direct.includes(digest)) expect(inUse).toContain(digest);
        expect(effect.expiring).toBeGreaterThanOrEqual(known.effect.expiring);
        expect(unread !== undefined).toBe(known.read.length > 0);
      }),
    );
  });

  test('are checked before a policy is put: none passes that expires the index of an image in use', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(helds, used, texts, async (held, uses, text) => {
        const references = referencesTo(uses);
        const result = evaluateLifecyclePolicy(text, withChildren(held.images, held.children), now);
        const expiring = 'verdicts' in result ? result.verdicts.map(({ digest }) => digest) : [];
        const deadline = deadlineIn(60_000);
        const { reads } = registryWith(held);
        const connect = () => evidenceOf(references);
        const connectIndexes = () => startIndexReader(reads, roleArn);
        const usage = startUsageLook({ registry, required: ['ecs'], connect, connectIndexes }, deadline);
        const check = await checkPolicy(repository, text, 90, {
          ...{ usage, deadline, now: () => now, allowExpiringImagesInUse: false },
          ecr: {
            startPreview: async () => undefined,
            preview: async () => ({
              ...{ status: 'complete', text },
              expiring: held.images.flatMap(({ digest, tags }) =>
                expiring.includes(digest) ? [{ digest, tags, action: 'expire' as const }] : [],
              ),
            }),
            pulledImages: async (_, digests) =>
              new Map(
                held.images.flatMap((each) => (digests.includes(each.digest) ? [[each.digest, each]] : [])),
              ),
          },
        });
        deadline.dispose();
        if (isHarmful(check)) return;
        passed += expiring.length;
        const direct = directUse(held, references);
        for (const digest of expiring)
          for (const each of direct) expect(refers(held, digest, each)).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  test('of two indexes that share an image, one is not in use because the other is', async () => {
    const children = new Map([
      ['old', ['shared']],
      ['new', ['shared']],
    ]);
    const images = [
      image('shared', { pushedAt: now - 9 * day }),
      image('old', { isImageIndex: true, pushedAt: now - 8 * day, tags: ['v1'] }),
      image('new', { isImageIndex: true, pushedAt: now - 7 * day, tags: ['v2'] }),
    ];
    const text = lifecyclePolicyText({ KeepImages: 1, ExpireUntaggedAfterDays: 0, ProtectedTags: [] }) ?? '';
    const of = (by: Pick<ImageReference, 'tag' | 'digest'>) =>
      lookWith({ images, children }, text, [{ ...registry, repository, ...by, user }]);
    expect((await of({ tag: 'v2' })).effect).toMatchObject({ expiring: 1, inUse: [] });
    expect((await of({ digest: 'shared' })).effect).toMatchObject({ inUse: [{ digest: 'old' }] });
  });
});

describe('manifests are read only by a role of which ECR records no pulls', () => {
  const denied = Object.assign(new Error('not authorised'), { name: 'AccessDeniedException' });
  test.each([
    ['is excluded', [roleArn, 'arn:aws:iam::123456789012:role/scanner'], roleArn, undefined],
    ['is not', ['arn:aws:iam::123456789012:role/look-2'], roleArn, 'counts-as-pull'],
    ['is not known', [roleArn], undefined, 'counts-as-pull'],
    ['may be excluded, which cannot be read', denied, roleArn, 'denied'],
  ])('which %s', async (_, exclusions, role, code) => {
    const images = [image('index', { isImageIndex: true })];
    const listed =
      exclusions instanceof Error
        ? new AwsCallError('ListPullTimeUpdateExclusions', undefined, exclusions)
        : exclusions;
    const { reads, read } = registryWith({ images, children: new Map([['index', ['a']]]) }, listed);
    const { children, unread } = await startIndexReader(reads, role)(repository, ['index']);
    expect(unread?.code).toBe(code);
    expect(children.get('index')).toEqual(code === undefined ? ['a'] : undefined);
    expect(read).toEqual(code === undefined ? ['index'] : []);
  });
});
