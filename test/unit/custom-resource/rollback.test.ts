import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { itemOf } from '../../../reconcile/lease-records.ts';
import { type Bench, type Run, startBench } from './support/bench.ts';
import { holdersIn, recordOf } from './support/claims-records.ts';
import { propertiesLike } from './support/events.ts';
import { arnOf, imagesLike, type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  for (const name of ['Enforcement', 'MutableTags', 'AllowWeakening']) delete process.env[name];
  bench.server.registry.account.clear();
});

afterAll(() => bench.stop());

const latest: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'], scanOnPush: true };
const keeping = (countNumber: number) => ({
  LifecyclePolicy: {
    LifecyclePolicyText: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: 'the newest ones stay, whatever else there is',
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
          action: { type: 'expire' },
        },
      ],
    }),
  },
});
const inUse = imagesLike(3).map((image) => ({ ...image, lastPulledAt: Math.floor(Date.now() / 1000) }));
const mistyped = { ImageTagMutabilty: 'IMMUTABLE' };

/** Properties with the name of the repository that they are about. */
type Given = Readonly<Record<string, Json | undefined>>;
const update = (repository: string, now: Given, old: Given, run: Run = {}) =>
  bench.run({
    sample: 'update',
    repository,
    properties: now,
    ...run,
    event: {
      RequestId: `${repository} ${JSON.stringify([now, old])}`,
      OldResourceProperties: propertiesLike({ RepositoryName: repository, ...old }),
    },
  });

describe('the rollback of an Update that failed for a typing error is not refused', () => {
  // What is waited for until the time is over.
  const remainingMs = 8_000;
  const refusals: readonly [string, Run, Given, Partial<Awaited<ReturnType<Bench['run']>>>][] = [
    ['what it would weaken stays', { before: safe }, { MutableTags: 'latest' }, { after: safe }],
    [
      'nor where what it asks for and what is there exclude different tags',
      { before: { ...latest, exclusions: ['dev'] } },
      { MutableTags: 'latest' },
      { after: { ...latest, exclusions: ['dev'] } },
    ],
    ['nor for a repository that is gone', { remainingMs }, {}, { after: undefined }],
    [
      'nor for tags that match none',
      { before: safe, remainingMs },
      { RepositoryTags: { team: 'nobody' } },
      { after: safe },
    ],
    [
      'nor for images in use',
      { before: safe, images: inUse },
      keeping(1),
      { after: safe, lifecycleAfter: undefined },
    ],
    [
      'nor where ECR cannot preview what would expire',
      {
        before: safe,
        fault: { step: 'start preview', fault: 'access denied', times: Number.POSITIVE_INFINITY },
      },
      keeping(1),
      { after: safe, lifecycleAfter: undefined },
    ],
    [
      'nor where nothing is scanned',
      { before: safe, remainingMs },
      { RequireScanning: true },
      { after: safe },
    ],
    [
      'nor because exclusions of nearly every tag are refused now',
      { before: safe },
      { MutableTags: '*.*' },
      { after: safe },
    ],
  ];

  test.each(refusals)('%s', async (_title, run, properties, left) => {
    const scanning = bench.server.registry.scanning;
    if (properties.RequireScanning === true)
      bench.server.registry.scanning = { type: 'ENHANCED', isEverythingCovered: false };
    const name = `rollback/${bench.server.calls.length}`;
    // Another request is refused.
    const refused = await bench.run({ repository: name, properties, ...run });
    expect(refused.answer?.Status).toBe('FAILED');
    const outcome = await update(name, properties, { ...properties, ...mistyped }, run);
    bench.server.registry.scanning = scanning;
    expect([outcome.answer?.Status, outcome.answer?.Reason]).toEqual(['SUCCESS', outcome.answer?.Reason]);
    expect(outcome).toMatchObject(left);
  });

  test('nor for account settings, which stay', async () => {
    bench.server.registry.account.set('REGISTRY_POLICY_SCOPE', 'V2');
    const older = { RepositoryName: undefined, AccountSettings: { REGISTRY_POLICY_SCOPE: 'V1' } };
    const { answer } = await update('rollback/account', older, { ...older, ...mistyped });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer?.Reason).toContain('the account keeps REGISTRY_POLICY_SCOPE');
    expect(bench.server.registry.account.get('REGISTRY_POLICY_SCOPE')).toBe('V2');
  });
});

describe('a change of a lifecycle policy that was interrupted, and that ECR cannot preview the way back of', () => {
  const denied = {
    fault: { step: 'start preview', fault: 'access denied', times: Number.POSITIVE_INFINITY },
  } as const;
  const put = { ...keeping(30), OnDelete: 'Restore' };
  /** A resource whose Update to this policy was ended in the middle. */
  const interrupted = async () => {
    const made = await bench.run({ before: unsafe, images: imagesLike(3), properties: put });
    const { repository, claimsAfter } = made;
    const [claim] = claimsAfter?.claims ?? [];
    if (claimsAfter === undefined || claim === undefined) throw new Error('no record was written');
    const { LifecyclePolicyText: earlier } = keeping(20).LifecyclePolicy;
    const before = { ...claim.set, lifecyclePolicy: hashOfPolicy(earlier) };
    const { original, claims, retained } = claimsAfter;
    const inFlight = {
      ...{ holder: claim.holder, request: 'killed', before, after: claim.set },
      ...{ previous: { original, claims, retained }, until: 1 },
    };
    const policies = { ...claimsAfter.policies, [hashOfPolicy(earlier)]: earlier };
    bench.server.claims.set(arnOf(repository), itemOf({ ...claimsAfter, policies, inFlight }));
    return { repository, PhysicalResourceId: made.answer?.PhysicalResourceId };
  };

  test.each(['update', 'delete'] as const)('does not block the next %s: the policy stays', async (sample) => {
    const { repository, PhysicalResourceId } = await interrupted();
    const OldResourceProperties = propertiesLike({ RepositoryName: repository, ...keeping(40) });
    const { answer, claimsAfter, lifecycleAfter } = await bench.run({
      ...{ sample, repository, properties: put, ...denied },
      event: { PhysicalResourceId, ...(sample === 'update' ? { OldResourceProperties } : {}) },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(claimsAfter?.inFlight).toBeUndefined();
    const kept = put.LifecyclePolicy.LifecyclePolicyText;
    // The Delete then restores that there was none.
    expect(lifecycleAfter).toBe(sample === 'update' ? kept : undefined);
  });
});

describe('a rollback is recognised by the claims', () => {
  test('after an Update that failed, also once somebody else has hardened the repository', async () => {
    const old = { MutableTags: 'latest' };
    const made = await bench.run({ before: unsafe, properties: old });
    const { repository } = made;
    const wrong = { ...old, AllowNoMatch: true, Exclude: [repository] };
    process.env.AllowWeakening = 'perhaps';
    expect((await update(repository, wrong, old)).answer).toMatchObject({ Status: 'FAILED' });
    delete process.env.AllowWeakening;
    const { answer, after } = await update(repository, old, wrong, { before: safe });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer?.Reason).toContain(`${repository} keeps ImageTagMutability`);
    expect(after).toEqual(safe);
  });

  test('to properties that this version refuses: the Update before it is reverted', async () => {
    const refused = { MutableTags: '*.*' };
    const { repository } = await bench.run({ before: unsafe, properties: {} });
    bench.server.registry.repositories.delete(repository);
    const other = await bench.run({ repository: `${repository}-2`, before: latest });
    expect(other.after).toEqual(safe);
    const now = { ImageScanningConfiguration: { ScanOnPush: 'true' } };
    const done = await update(`${repository}-3`, now, refused, { before: unsafe });
    expect(done.after).toEqual(safe);
    const back = await update(`${repository}-3`, refused, now);
    expect(back.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(back.answer?.Reason).toContain('the rollback is refused');
    expect(back.after).toEqual(unsafe);
  });

  test('under an application whose parameters are refused by now: the Update before it is reverted', async () => {
    const { repository } = await bench.run({ before: unsafe, properties: { MutableTags: 'latest' } });
    const now = { ImageTagMutability: 'IMMUTABLE' };
    const old = { MutableTags: 'latest' };
    expect((await update(repository, now, old)).after).toEqual(safe);
    process.env.MutableTags = '*e*';
    expect((await update(repository, {}, now)).answer).toMatchObject({ Status: 'FAILED' });
    const { answer, after } = await update(repository, old, now);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(latest);
  });

  test('to a dry run that the application refuses by now', async () => {
    const dry: JsonObject = { DryRun: true, ImageTagMutability: 'MUTABLE' };
    const { repository } = await bench.run({ before: unsafe, properties: dry });
    expect((await update(repository, {}, dry)).after).toEqual(safe);
    process.env.Enforcement = 'Reject';
    const { answer, after } = await update(repository, dry, {});
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(unsafe);
  });
});

describe('what others have hardened since', () => {
  const stackOf = (name: string) => ({
    StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/00000000-da77-11e4-872e-1234567db123`,
  });
  const mutable = { ImageTagMutability: 'MUTABLE', OnDelete: 'Restore' };

  test('another client: the stack that found it weaker does not undo it, not after an Update of its own either', async () => {
    const { repository } = await bench.run({ before: unsafe, properties: mutable });
    const again = { ...mutable, ImageScanningConfiguration: { ScanOnPush: true } };
    const first = await update(repository, again, mutable, { before: { ...safe, scanOnPush: true } });
    expect(first.answer).toMatchObject({ Status: 'FAILED' });
    // It leaves tag mutability to the default, and so makes the safe setting its own.
    expect(
      (await update(repository, { OnDelete: 'Restore', MutableTags: 'latest' }, mutable)).answer,
    ).toMatchObject({
      Status: 'FAILED',
    });
    const own = { OnDelete: 'Restore', Exclude: ['other'] };
    expect((await update(repository, own, mutable)).after).toEqual(safe);
    expect((await update(repository, mutable, own)).after).toEqual(safe);
  });

  test('another stack that is deleted with Retain: neither the stack below it nor its Restore undoes it', async () => {
    const made = await bench.run({ before: unsafe, properties: mutable, event: stackOf('early') });
    const { repository } = made;
    const taken = await bench.run({ repository, properties: {}, event: stackOf('later') });
    expect(taken.after).toEqual(safe);
    await bench.run({
      sample: 'delete',
      repository,
      event: { ...stackOf('later'), PhysicalResourceId: taken.answer?.PhysicalResourceId },
    });
    const id = { ...stackOf('early'), PhysicalResourceId: made.answer?.PhysicalResourceId };
    const asked = await bench.run({
      sample: 'update',
      repository,
      properties: { ...mutable, Exclude: ['other'] },
      event: { ...id, OldResourceProperties: propertiesLike({ RepositoryName: repository, ...mutable }) },
    });
    expect(asked.answer?.Reason).toContain('less safe');
    const gone = await bench.run({ sample: 'delete', repository, properties: mutable, event: id });
    expect(gone.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(gone.after).toMatchObject({ mutability: 'IMMUTABLE' });
    expect(holdersIn(recordOf(bench.server.claims, repository))).toEqual([]);
  });
});
