import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { keeperHolder } from '../../../core/claims/keeper.ts';
import { claimOf } from '../../../core/claims/record.ts';
import type { RepositoryResult } from '../../../sweep/results.ts';
import { recordOf } from '../custom-resource/support/claims-records.ts';
import {
  imagesLike,
  repositoryLike,
  type Settings,
  safe,
  unsafe,
} from '../custom-resource/support/registry.ts';
import { type Keeper, startKeeper } from './support/keeper.ts';

let keeper: Keeper;
beforeAll(async () => {
  keeper = await startKeeper();
});
afterAll(() => keeper.stop());
beforeEach(() => {
  const { registry, claims, plans, calls, limits } = keeper.server;
  registry.repositories.clear();
  delete registry.pullThrough;
  registry.scanning = { type: 'BASIC', isEverythingCovered: false };
  for (const { key } of claims.list()) claims.set(key, undefined);
  plans.clear();
  limits.clear();
  calls.length = 0;
});

const put = (name: string, settings: Settings, more: Parameters<typeof repositoryLike>[1] = {}) =>
  keeper.server.registry.repositories.set(name, repositoryLike(settings, more));
const settingsOf = (name: string) => keeper.server.registry.repositories.get(name)?.settings;
const states = (results: readonly RepositoryResult[]) =>
  Object.fromEntries(results.map(({ name, state }) => [name, state]));
const writes = () => keeper.server.calls.filter(({ step }) => /^(put|write|delete|start)/.test(step));
const service = { source: 'ecs', arn: 'arn:aws:ecs:us-east-1:123456789012:service/one' } as const;

test('with enhanced scanning, a repository that no rule covers is not reported as scanned once it has ScanOnPush', async () => {
  put('a/uncovered', unsafe);
  keeper.server.registry.scanning = { type: 'ENHANCED', isEverythingCovered: false };
  const { of } = await keeper.sweep({});
  expect(settingsOf('a/uncovered')).toEqual(safe);
  expect(of.get('a/uncovered')).toMatchObject({
    ...{ state: 'hardened', notes: [{ code: 'not-scanned' }] },
    audit: { scanned: { frequency: 'MANUAL', isOwnScanOnPush: true } },
  });
  keeper.server.registry.scanning = { type: 'BASIC', isEverythingCovered: false };
  put('a/uncovered', unsafe);
  expect((await keeper.sweep({})).of.get('a/uncovered')).toMatchObject({
    ...{ state: 'hardened', notes: [] },
    audit: { scanned: { frequency: 'SCAN_ON_PUSH' } },
  });
});

test('leaves replicas of the Regions of KeeperSourceRegions mutable', async () => {
  put('copied/one', unsafe);
  put('own/one', unsafe);
  const replicatedFrom = { regions: ['eu-west-1'], prefix: 'copied' };
  const swept = await keeper.sweep({ replicatedFrom });
  expect(settingsOf('copied/one')).toEqual({ ...unsafe, scanOnPush: true });
  expect(swept.of.get('copied/one')?.notes).toEqual([
    { code: 'stays-mutable', origin: { kind: 'replica', region: 'eu-west-1' } },
  ]);
  expect(settingsOf('own/one')).toEqual(safe);
});

test('every kind of repository has one result, and only what is unsafe is changed', async () => {
  put('a/safe', safe);
  put('b/unsafe', unsafe);
  put('c/scanned', { ...unsafe, scanOnPush: true });
  put('d/stack', unsafe);
  put('e/exempt', unsafe, {
    tags: new Map([['ecr-hardening:exempt', 'TagImmutability+ScanOnPush: a vendor moves its tags']]),
  });
  put('f/half', unsafe, {
    tags: new Map([['ecr-hardening:exempt', 'TagImmutability until 2999-01-31: a vendor moves its tags']]),
  });
  put('g/ended', unsafe, {
    tags: new Map([['ecr-hardening:exempt', 'TagImmutability until 2020-01-31: a vendor moves its tags']]),
  });
  put('cache/nginx', unsafe);
  put('sandbox/one', unsafe);
  keeper.server.registry.pullThrough = ['cache'];
  const swept = await keeper.sweep({ scope: '*,!sandbox/*', stacks: { 'd/stack': 'payments' } });
  expect(states(swept.results)).toEqual({
    'a/safe': 'safe',
    'b/unsafe': 'hardened',
    'c/scanned': 'hardened',
    'cache/nginx': 'hardened',
    'd/stack': 'left-to-stack',
    'e/exempt': 'exempt',
    'f/half': 'hardened',
    'g/ended': 'hardened',
  });
  expect(swept.of.get('b/unsafe')?.changes).toEqual([
    {
      setting: 'tagMutability',
      before: { mutability: 'MUTABLE', exclusions: [] },
      after: { mutability: 'IMMUTABLE', exclusions: [] },
    },
    { setting: 'scanOnPush', before: false, after: true },
  ]);
  expect(settingsOf('b/unsafe')).toEqual(safe);
  expect(settingsOf('f/half')).toEqual({ ...unsafe, scanOnPush: true });
  expect(settingsOf('cache/nginx')).toEqual({ ...unsafe, scanOnPush: true });
  expect(swept.of.get('cache/nginx')?.notes).toMatchObject([
    { code: 'stays-mutable', origin: { kind: 'pull-through', prefix: 'cache' } },
  ]);
  expect(settingsOf('d/stack')).toEqual(unsafe);
  expect(swept.of.get('d/stack')).toMatchObject({ stack: 'payments', changes: [{}, {}] });
  expect(settingsOf('e/exempt')).toEqual(unsafe);
  expect(swept.of.get('g/ended')).toMatchObject({ exemption: { state: 'ended', until: '2020-01-31' } });
  expect(settingsOf('sandbox/one')).toEqual(unsafe);
  // The audit is that of afterwards.
  expect(swept.of.get('b/unsafe')?.audit).toMatchObject({ tagMutability: { mutability: 'IMMUTABLE' } });
  // Only what was changed is claimed.
  const claimed = keeper.server.claims.list().map(({ key }) => key.replace(/^.*:repository\//, ''));
  expect(claimed.toSorted()).toEqual(['b/unsafe', 'c/scanned', 'cache/nginx', 'f/half', 'g/ended']);

  keeper.server.calls.length = 0;
  const second = await keeper.sweep({ scope: '*,!sandbox/*', stacks: { 'd/stack': 'payments' } });
  expect(writes()).toEqual([]);
  expect(second.of.get('b/unsafe')).toMatchObject({ state: 'safe', changes: [] });
});

test('Report changes nothing, and says what would be changed', async () => {
  put('one', unsafe);
  put('two', safe);
  const swept = await keeper.sweep({ mode: 'Report' });
  expect(states(swept.results)).toEqual({ one: 'would-harden', two: 'safe' });
  expect(swept.of.get('one')?.changes).toHaveLength(2);
  expect(writes()).toEqual([]);
});

test('a sweep that began with Mend hardens nothing once the application is deployed with Report', async () => {
  put('one', unsafe);
  const swept = await keeper.sweep({ mode: 'Mend', deployed: 'Report' });
  expect(states(swept.results)).toEqual({ one: 'would-harden' });
  expect(writes()).toEqual([]);
});

test('of a stack that is not known nothing is changed, unless repositories of stacks are hardened too', async () => {
  put('one', unsafe);
  const unread = await keeper.sweep({ stacks: 'denied' });
  expect(unread.of.get('one')).toMatchObject({ state: 'refused', reason: { code: 'stack-unread' } });
  expect(settingsOf('one')).toEqual(unsafe);
  const mended = await keeper.sweep({ stacks: 'denied', stackOwned: 'Mend' });
  expect(states(mended.results)).toEqual({ one: 'hardened' });
});

test('tags that cannot be read may exempt, and exemptions that are not allowed do not', async () => {
  put('one', unsafe, { tags: new Map([['ecr-hardening:exempt', 'TagImmutability+ScanOnPush: why']]) });
  keeper.server.plans.set('one', [{ step: 'read tags', fault: 'access denied', times: 1 }]);
  const unread = await keeper.sweep();
  expect(unread.of.get('one')).toMatchObject({ state: 'refused', reason: { code: 'tags-unread' } });
  const hardened = await keeper.sweep({ policy: { AllowExemptions: false } });
  expect(states(hardened.results)).toEqual({ one: 'hardened' });
});

test('a lifecycle policy is put only where it expires nothing in use, and never over another one', async () => {
  const images = imagesLike(30);
  const own = '{"rules":[]}';
  put('few', safe, { images: imagesLike(3) });
  put('unused', safe, { images });
  put('used', safe, { images });
  put('both', unsafe, { images });
  put('with', safe, { images, lifecycle: own });
  const references = ['used', 'both'].map((repository) => ({ repository, tag: 'v1', user: service }));
  const swept = await keeper.sweep({ isLifecycleManaged: true, references });
  expect(states(swept.results)).toEqual({
    both: 'hardened',
    few: 'hardened',
    unused: 'hardened',
    used: 'refused',
    with: 'safe',
  });
  const policyOf = (name: string) => keeper.server.registry.repositories.get(name)?.lifecycle;
  expect(policyOf('unused')).toMatch(/imageCountMoreThan/);
  expect(policyOf('with')).toBe(own);
  expect([policyOf('used'), policyOf('both')]).toEqual([undefined, undefined]);
  expect(swept.of.get('used')?.reason).toEqual({
    code: 'lifecycle-withheld',
    imagesInUse: 1,
    isArchiving: false,
  });
  expect(swept.of.get('both')?.notes).toMatchObject([{ code: 'lifecycle-withheld', imagesInUse: 1 }]);
  const unread = await keeper.sweep({
    isLifecycleManaged: true,
    references,
    unread: { lambda: { unknown: { code: 'denied', action: 'lambda:ListFunctions' } } },
  });
  expect(unread.of.get('used')?.reason).toMatchObject({ code: 'lifecycle-withheld', imagesInUse: 1 });
  put('unused', safe, { images });
  expect(
    (
      await keeper.sweep({ isLifecycleManaged: true, unread: { ecs: { unknown: { code: 'out-of-time' } } } })
    ).of.get('unused')?.reason,
  ).toEqual({
    code: 'lifecycle-withheld',
    imagesInUse: undefined,
    unread: [{ what: 'ecs', reason: { code: 'out-of-time' } }],
  });
});

test('what ECR cannot preview gets no lifecycle policy, and the rest all the same', async () => {
  put('team/denied', unsafe, { images: imagesLike(30) });
  put('team/other', unsafe, { images: imagesLike(30) });
  put('team/policy-alone', safe, { images: imagesLike(30) });
  for (const name of ['team/denied', 'team/policy-alone'])
    keeper.server.plans.set(name, [
      { step: 'start preview', fault: 'access denied', times: Number.POSITIVE_INFINITY },
    ]);
  const swept = await keeper.sweep({ isLifecycleManaged: true });
  expect(states(swept.results)).toEqual({
    'team/denied': 'hardened',
    'team/other': 'hardened',
    'team/policy-alone': 'failed',
  });
  expect(settingsOf('team/denied')).toEqual(safe);
  const denied = swept.of.get('team/denied');
  expect(denied?.changes.map(({ setting }) => setting)).toEqual(['tagMutability', 'scanOnPush']);
  expect(denied?.notes).toEqual([{ code: 'lifecycle-withheld' }]);
  // As its page shows it: immutable and scanned, and without a policy.
  expect(denied?.audit?.findings.map(({ fact }) => fact.code)).toEqual(['no-lifecycle-policy', 'no-own-key']);
  expect(swept.of.get('team/other')?.notes).toEqual([]);
});

test('what is pulled only once the policy is checked keeps it away, and the rest is hardened', async () => {
  const images = imagesLike(30);
  put('team/pulled', unsafe, { images });
  const { server } = keeper;
  const pullAtPreview = () => {
    const lastPulledAt = Math.floor(Date.now() / 1000);
    const repository = server.registry.repositories.get('team/pulled');
    if (repository !== undefined && server.calls.at(-1)?.operation === 'StartLifecyclePolicyPreview')
      Object.assign(repository, { images: images.map((image) => ({ ...image, lastPulledAt })) });
    return 0;
  };
  Object.defineProperty(server, 'latencyMs', { get: pullAtPreview, configurable: true });
  const swept = await keeper.sweep({ isLifecycleManaged: true });
  Object.defineProperty(server, 'latencyMs', { value: 0, writable: true, configurable: true });
  expect(settingsOf('team/pulled')).toEqual(safe);
  expect(swept.of.get('team/pulled')).toMatchObject({
    state: 'hardened',
    changes: [{ setting: 'tagMutability' }, { setting: 'scanOnPush' }],
    notes: [{ code: 'lifecycle-withheld', imagesInUse: 10, isArchiving: false }],
  });
});

test('the watch names images in use that the present policy takes now, and those that it takes within a week', async () => {
  const day = 24 * 60 * 60;
  const now = Math.floor(Date.now() / 1000);
  // One a day; the fifth is the last that is kept.
  const images = imagesLike(6).map((image, index) => ({ ...image, pushedAt: now - (6 - index) * day }));
  const lifecycle = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 },
        action: { type: 'expire' },
      },
    ],
  });
  put('one', safe, { images, lifecycle });
  put('two', safe, { images, lifecycle });
  const references = ['v0', 'v1'].map((tag) => ({ repository: 'one', tag, user: service }));
  const swept = await keeper.sweep({ mode: 'Report', references });
  expect(swept.of.get('one')).toMatchObject({
    state: 'safe',
    atRisk: {
      images: 2,
      isComplete: true,
      first: [
        { tags: ['v0'], withinDays: 1, action: 'expire', users: [service] },
        { tags: ['v1'], withinDays: 7 },
      ],
    },
  });
  expect(swept.of.get('two')?.atRisk).toBeUndefined();

  // A source that was not read is no evidence that nothing is in use.
  const denied = { unknown: { code: 'denied', action: 'ecs:ListTasks' } } as const;
  const partly = await keeper.sweep({ mode: 'Report', unread: { ecs: denied } });
  expect(partly.of.get('two')?.atRisk).toEqual({ images: 0, first: [], isComplete: false });
  const sources = ['ecs', 'lambda', 'batch', 'codebuild', 'apprunner', 'sagemaker', 'inspector'] as const;
  const unread = Object.fromEntries(sources.map((source) => [source, denied]));
  put('three', safe, { images: images.slice(0, 2), lifecycle });
  const nothing = await keeper.sweep({ mode: 'Report', unread });
  expect(nothing.of.get('two')?.atRisk).toEqual({ unknown: { code: 'usage-unread' } });
  // Where nothing is removed it does not matter.
  expect(nothing.of.get('three')?.atRisk).toBeUndefined();

  // What could not be hardened has the same images at risk.
  put('one', unsafe, { images, lifecycle });
  keeper.server.plans.set('one', [{ step: 'put mutability', fault: 'access denied', times: 99 }]);
  const failed = await keeper.sweep({ references });
  expect(failed.of.get('one')).toMatchObject({ state: 'failed', atRisk: { images: 2 } });
});

test('a release gives back what the keeper found, and leaves what others have changed since', async () => {
  put('one', unsafe);
  put('two', unsafe);
  put('three', unsafe);
  put('four', safe);
  put('five', unsafe);
  await keeper.sweep();
  const excluding: Settings = { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['v*'] };
  put('two', excluding);
  keeper.server.registry.repositories.delete('three');
  const { results, of } = await keeper.sweep({ action: 'release', scope: 'one' });
  expect(states(results)).toEqual({ five: 'released', one: 'released', three: 'deleted', two: 'kept' });
  expect(settingsOf('one')).toEqual(unsafe);
  expect(settingsOf('two')).toEqual({ ...excluding, scanOnPush: false });
  expect(of.get('one')?.changes).toHaveLength(2);
  expect(of.get('two')).toMatchObject({
    changes: [{ setting: 'scanOnPush' }],
    notes: [{ code: 'changed-by-others', settings: ['tagMutability'] }],
  });
  expect(claimOf(recordOf(keeper.server.claims, 'one'), keeperHolder)).toBeUndefined();
  const again = await keeper.sweep({ action: 'release' });
  expect(again.results).toEqual([]);
});
