import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import { driftOf } from '../../../core/claims/drift.ts';
import { exemptionTagKey } from '../../../core/policy/exemption-tag.ts';
import type { RegistryEvent } from '../../../core/registry-events/event.ts';
import { countDrift, foundUndone } from '../../../sweep/drift.ts';
import { isNews } from '../../../sweep/events/news.ts';
import { eventsMessage } from '../../../wording/sweep/events.ts';
import { holdersIn, recordOf } from '../custom-resource/support/claims-records.ts';
import { repositoryLike, type Settings, safe, unsafe } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';
import { connectTable, eventLike, type Handling, startEvents } from './support/events.ts';
import { type Keeper, registry, startKeeper } from './support/keeper.ts';

let server: Server;
let keeper: Keeper;
let handle: ReturnType<typeof startEvents>;
let count = 0;
beforeAll(async () => {
  server = await startServer();
  keeper = await startKeeper(server);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.registry.repositories.clear();
  handle = startEvents(server);
});

type More = Parameters<typeof repositoryLike>[1];

function repository(settings: Settings = unsafe, more: More = {}): string {
  count += 1;
  const name = `team/events-${count}`;
  server.registry.repositories.set(name, repositoryLike(settings, more));
  return name;
}
const settingsOf = (name: string) => server.registry.repositories.get(name)?.settings;

function set(name: string, settings: Partial<Settings>): void {
  const before = server.registry.repositories.get(name);
  if (before === undefined) throw new Error(`there is no ${name}`);
  server.registry.repositories.set(name, { ...before, settings: { ...before.settings, ...settings } });
}

const weakened = (name: string, more: Partial<RegistryEvent> = {}) =>
  eventLike(name, { subject: 'tagMutability', action: 'PutImageTagMutability', ...more });
const pushed = (name: string) => eventLike(name, { subject: 'image', action: 'push', by: undefined });
const since = () => server.calls.length;
const callsSince = (start: number) => server.calls.slice(start).map(({ operation }) => operation);

async function undo(name: string, more: Partial<RegistryEvent> = {}, handling: Handling = {}) {
  set(name, { mutability: 'MUTABLE' });
  const [outcome] = await handle([weakened(name, more)], handling);
  return outcome;
}

describe('a new repository', () => {
  test('is hardened, with the event that says who made it', async () => {
    const name = repository();
    const event = eventLike(name);
    const outcomes = await handle([event]);
    expect(outcomes).toMatchObject([{ repository: name, events: [event], result: { state: 'hardened' } }]);
    expect(outcomes.every(isNews)).toBe(true);
    expect(settingsOf(name)).toEqual(safe);
    expect(holdersIn(recordOf(server.claims, name))).toEqual(['keeper']);
  });

  test('is only reported in the mode Report', async () => {
    const name = repository();
    const [outcome] = await handle([eventLike(name)], { mode: 'Report' });
    expect(outcome?.result).toMatchObject({ state: 'would-harden', changes: [{}, {}] });
    expect(settingsOf(name)).toEqual(unsafe);
    expect(recordOf(server.claims, name)).toBeUndefined();
  });

  test('is no news if it is safe, exempt, or deleted by now', async () => {
    const tags = new Map([[exemptionTagKey, 'TagImmutability+ScanOnPush: the vendor overwrites stable']]);
    const [alreadySafe, exempt] = [repository(safe), repository(unsafe, { tags })];
    const outcomes = await handle([alreadySafe, exempt, 'team/gone'].map((name) => eventLike(name)));
    expect(outcomes.filter(isNews)).toEqual([]);
    expect(outcomes).toMatchObject([{ repository: exempt, result: { state: 'exempt' } }]);
    expect(settingsOf(exempt)).toEqual(unsafe);
  });

  test('is left alone outside of KeeperScope, and read by no call', async () => {
    const name = repository();
    const start = since();
    expect(await handle([eventLike(name)], { scope: '*,!team/*' })).toEqual([]);
    expect(callsSince(start)).toEqual([]);
  });

  test('is left to its stack, which is named', async () => {
    const name = repository();
    const [outcome] = await handle([eventLike(name)], { stacks: { [name]: 'orders' } });
    expect(outcome?.result).toMatchObject({ state: 'left-to-stack', stack: 'orders' });
    expect(settingsOf(name)).toEqual(unsafe);
  });

  test('that CloudFormation makes is not hardened before its stack is found', async () => {
    const name = repository();
    const by = { ...eventLike(name).by, source: 'cloudformation.amazonaws.com' } as RegistryEvent['by'];
    const [outcome] = await handle([eventLike(name, { by })]);
    expect(outcome?.result).toMatchObject({ state: 'refused', reason: { code: 'stack-unread' } });
    expect(settingsOf(name)).toEqual(unsafe);
  });

  test('that ECR itself fills stays mutable, and is scanned', async () => {
    const [cached, replica] = [repository(), repository()];
    const origin = { kind: 'replica', region: 'eu-west-1' } as const;
    await handle([eventLike(cached), eventLike(replica, { origin })], { caches: [cached.replace(/$/, '/')] });
    expect(settingsOf(replica)).toEqual({ ...unsafe, scanOnPush: true });
  });
});

test('50 at once are hardened in two requests, with few calls', async () => {
  const names = Array.from({ length: 50 }, () => repository());
  const start = since();
  const outcomes = await handle(names.map((name) => eventLike(name)));
  expect(outcomes.map(({ result }) => result.state)).toEqual(names.map(() => 'hardened'));
  for (const name of names) expect(settingsOf(name)).toEqual(safe);
  const calls = callsSince(start);
  const times = (operation: string) => calls.filter((each) => each === operation).length;
  expect(times('PutImageTagMutability')).toBe(50);
  expect(times('TransactWriteItems')).toBe(4);
});

describe('a push', () => {
  test('to repositories that are safe ends after one call for all of them', async () => {
    const names = Array.from({ length: 60 }, () => repository(safe));
    const start = since();
    expect(await handle(names.map(pushed))).toEqual([]);
    expect(callsSince(start)).toEqual(['DescribeRepositories']);
  });

  test('hardens a repository whose creation no event has shown', async () => {
    const createdAt = Math.floor(Date.now() / 1000) - 60;
    const name = repository(unsafe, { createdAt });
    const [outcome] = await handle([pushed(name), pushed(name)]);
    expect(outcome?.result.state).toBe('hardened');
    expect(settingsOf(name)).toEqual(safe);
  });

  test('to a repository that is not new, or was looked at before, is left to the sweep', async () => {
    const createdAt = Math.floor(Date.now() / 1000) - 60;
    const [old, owned] = [repository(), repository(unsafe, { createdAt })];
    const handling = { stacks: { [owned]: 'orders' } };
    expect(await handle([pushed(old), pushed(owned)], handling)).toMatchObject([{ repository: owned }]);
    const start = since();
    expect(await handle([pushed(old), pushed(owned)], handling)).toEqual([]);
    expect(callsSince(start)).toEqual(['DescribeRepositories']);
  });
});

describe('a change that weakens', () => {
  /** A repository that the keeper has hardened. */
  async function hardened(): Promise<string> {
    const name = repository();
    await handle([eventLike(name)]);
    return name;
  }

  test('is undone twice, and the third time the repository is left alone, which is reported once', async () => {
    const name = await hardened();
    expect(await undo(name)).toMatchObject({ result: { state: 'hardened' }, drift: { times: 1 } });
    expect(await undo(name)).toMatchObject({ result: { state: 'hardened' }, drift: { times: 2 } });
    const third = await undo(name);
    expect(third).toMatchObject({
      result: {
        state: 'left-after-drift',
        reason: { times: 3, by: 'arn:aws:iam::123456789012:role/terraform' },
      },
    });
    expect(third && isNews(third)).toBe(true);
    const fourth = await undo(name);
    expect(fourth?.result.state).toBe('left-after-drift');
    expect(fourth && isNews(fourth)).toBe(false);
    expect(settingsOf(name)?.mutability).toBe('MUTABLE');

    const { of } = await keeper.sweep();
    expect(of.get(name)).toMatchObject({
      state: 'left-after-drift',
      reason: { code: 'left-after-drift', times: 3 },
    });
    expect(settingsOf(name)?.mutability).toBe('MUTABLE');
    expect((await keeper.sweep({ mode: 'Report' })).of.get(name)?.state).toBe('left-after-drift');
  });

  test('that is delivered twice counts once', async () => {
    const name = await hardened();
    const id = 'the same';
    await undo(name, { id });
    expect(await undo(name, { id })).toMatchObject({ drift: { times: 1 } });
    expect(settingsOf(name)).toEqual(safe);
  });

  test('of several settings by one run counts once', async () => {
    const name = await hardened();
    set(name, unsafe);
    const scan = { subject: 'scanOnPush', action: 'PutImageScanningConfiguration' } as const;
    expect(await handle([weakened(name), weakened(name, scan)])).toMatchObject([{ drift: { times: 1 } }]);
  });

  test('counts once if it was called several times before it is restored', async () => {
    const name = await hardened();
    set(name, { mutability: 'MUTABLE' });
    expect(await handle([weakened(name), weakened(name), weakened(name)])).toMatchObject([
      { result: { state: 'hardened' }, drift: { times: 1 } },
    ]);
  });

  test('counts once, however often it cannot be restored', async () => {
    const name = await hardened();
    server.plans.set(name, [{ step: 'put mutability', fault: 'access denied', times: 99 }]);
    expect(await undo(name)).toMatchObject({ result: { state: 'failed' } });
    for (const _night of [1, 2, 3]) expect((await keeper.sweep()).of.get(name)?.state).toBe('failed');
    server.plans.clear();
    expect((await keeper.sweep()).of.get(name)?.state).toBe('hardened');
    expect(driftOf(recordOf(server.claims, name)).drifts).toHaveLength(1);
  });

  test('counts if another event finds it first, and its own comes once it is restored', async () => {
    const name = await hardened();
    set(name, { mutability: 'MUTABLE' });
    const other = eventLike(name, { subject: 'repositoryPolicy', action: 'SetRepositoryPolicy' });
    expect(await handle([other])).toMatchObject([{ result: { state: 'hardened' }, drift: { times: 1 } }]);
    expect(await handle([weakened(name)])).toEqual([]);
    expect(driftOf(recordOf(server.claims, name)).drifts).toMatchObject([{ by: 'unknown' }]);
  });

  test('in 14 days only counts', async () => {
    const name = await hardened();
    const day = 24 * 60 * 60 * 1000;
    const later = (days: number) => ({ now: () => Date.now() + days * day });
    await undo(name);
    await undo(name, { at: Date.now() + 10 * day }, later(10));
    expect(await undo(name, { at: Date.now() + 15 * day }, later(15))).toMatchObject({
      result: { state: 'hardened' },
      drift: { times: 2 },
    });
  });

  test('is only reported in the mode Report, and not counted', async () => {
    const name = await hardened();
    expect(await undo(name, {}, { mode: 'Report' })).toMatchObject({ result: { state: 'would-harden' } });
    expect(driftOf(recordOf(server.claims, name)).drifts).toEqual([]);
  });

  test('of a repository that a stack owns by now is its template’s', async () => {
    const name = await hardened();
    const outcome = await undo(name, {}, { stacks: { [name]: 'orders' } });
    expect(outcome?.result).toMatchObject({ state: 'left-to-stack', stack: 'orders' });
    expect(driftOf(recordOf(server.claims, name)).drifts).toEqual([]);
  });

  test('that an event has restored is not counted by a sweep that read it before', async () => {
    const name = await hardened();
    const readAt = Date.now();
    await undo(name);
    expect(await counted(name, readAt)).toMatchObject({ times: 1, undone: [] });
    expect(driftOf(recordOf(server.claims, name)).drifts).toHaveLength(1);
  });

  test('is not taken from a read that may be from before it was hardened', async () => {
    const name = await hardened();
    const { changedAt = 0 } = recordOf(server.claims, name) ?? {};
    expect(await counted(name, changedAt + 1_000)).toMatchObject({ times: 0, undone: [] });
    expect(driftOf(recordOf(server.claims, name)).drifts).toEqual([]);
    expect(await counted(name, changedAt + 60_000)).toMatchObject({ times: 1, undone: ['tagMutability'] });
  });

  /** What a sweep counts that has read the repository as mutable at that time, in milliseconds since 1970. */
  async function counted(name: string, readAt: number) {
    const record = recordOf(server.claims, name);
    const subject = {
      ...{ name, arn: record?.repositoryArn ?? '', createdAt: record?.createdAt ?? 0, scanOnPush: true },
      tagMutability: { mutability: 'MUTABLE', exclusions: [] },
    } as const;
    const claims = connectTable(server);
    const deadline = deadlineIn(60_000);
    const drifted = await countDrift(
      [subject],
      (_name, undone) => foundUndone(undone, { sweep: 's', readAt }),
      { ...{ claims: claims.until(deadline), log: () => undefined, readAt, now: Date.now } },
    );
    deadline.dispose();
    claims.close();
    return drifted.get(name);
  }

  test.each(['event', 'sweep'])(
    'while its tag exempts the repository is not counted once the exemption has ended (%s)',
    async (by) => {
      const name = await hardened();
      const dayMs = 24 * 60 * 60 * 1000;
      // Not today, which may end before the first event is handled.
      const tomorrow = new Date(Date.now() + dayMs).toISOString().slice(0, 10);
      const tags = new Map([[exemptionTagKey, `TagImmutability until ${tomorrow}: a migration`]]);
      const found = server.registry.repositories.get(name);
      if (found !== undefined) server.registry.repositories.set(name, { ...found, tags });
      expect(await undo(name)).toMatchObject({ result: { state: 'exempt' } });
      const later = () => Date.now() + 2 * dayMs;
      const other = eventLike(name, { subject: 'repositoryPolicy', action: 'SetRepositoryPolicy' });
      const result =
        by === 'sweep'
          ? (await keeper.sweep({ now: later, readAt: later() })).of.get(name)
          : (await handle([other], { now: later }))[0]?.result;
      expect(result).toMatchObject({ state: 'hardened', exemption: { state: 'ended' } });
      expect(driftOf(recordOf(server.claims, name)).drifts).toEqual([]);
    },
  );

  test('is counted where its exemption had ended before it was restored', async () => {
    const tags = new Map([[exemptionTagKey, 'TagImmutability until 2020-01-31: a migration']]);
    const name = repository(unsafe, { tags });
    await handle([eventLike(name)]);
    set(name, { mutability: 'MUTABLE' });
    expect((await keeper.sweep()).of.get(name)?.state).toBe('hardened');
    expect(driftOf(recordOf(server.claims, name)).drifts).toHaveLength(1);
  });

  test('that no event has shown is counted by the sweeps', async () => {
    const name = await hardened();
    for (const times of [1, 2]) {
      set(name, { mutability: 'MUTABLE' });
      expect((await keeper.sweep()).of.get(name)?.state).toBe('hardened');
      expect(driftOf(recordOf(server.claims, name)).drifts).toHaveLength(times);
    }
    set(name, { mutability: 'MUTABLE' });
    expect((await keeper.sweep()).of.get(name)?.state).toBe('left-after-drift');
  });
});

test('what was hardened before its notification failed is reported when the events come again', async () => {
  const name = repository();
  const event = eventLike(name);
  await handle([event]);
  const [again] = await handle([event], { isAgain: true });
  expect(again?.result).toMatchObject({ state: 'hardened', changes: [{}, {}] });
  expect(await handle([event])).toEqual([]);

  // So is what was restored.
  set(name, { mutability: 'MUTABLE' });
  const undoing = weakened(name);
  await handle([undoing]);
  const [restored] = await handle([undoing], { isAgain: true });
  expect(restored?.result).toMatchObject({
    state: 'hardened',
    changes: [{ setting: 'tagMutability', before: { mutability: 'MUTABLE' } }],
  });
});

test('a failure is that of the repository alone, and the others are hardened', async () => {
  const names = [repository(), repository(), repository()];
  const [failing = ''] = names;
  server.plans.set(failing, [{ step: 'put mutability', fault: 'access denied', times: 99 }]);
  const outcomes = await handle(names.map((name) => eventLike(name)));
  server.plans.clear();
  expect(outcomes.map(({ result }) => result.state)).toEqual(['failed', 'hardened', 'hardened']);
});

describe('a policy that was changed', () => {
  const changed = (name: string, subject: RegistryEvent['subject'], action: string) =>
    eventLike(name, { subject, action });

  test('is no news where it takes nothing that was pulled, and is never written', async () => {
    const name = repository(safe, { lifecycle: keepNewest(1) });
    const start = since();
    const outcomes = await handle([changed(name, 'lifecyclePolicy', 'PutLifecyclePolicy')]);
    expect(outcomes.filter(isNews)).toEqual([]);
    expect(callsSince(start)).not.toContain('PutLifecyclePolicy');
  });

  test('is reported if it grants access to everybody, unless its tag exempts it from that', async () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const tagged = (value: string) => ({ policy, tags: new Map([[exemptionTagKey, value]]) });
    const names = [
      repository(safe, { policy }),
      repository(safe, tagged('PublicAccess until 2020-01-31: a release')),
      repository(safe, tagged('PublicAccess: base images for everybody')),
    ];
    const events = names.map((name) => changed(name, 'repositoryPolicy', 'SetRepositoryPolicy'));
    const news = async (handling: Handling = {}) =>
      (await handle(events, handling)).filter(isNews).map(({ repository: name }) => name);
    expect(await news()).toEqual(names.slice(0, 2));
    expect(await news({ policy: { AllowExemptions: false } })).toEqual(names);
  });

  test('is reported if it cannot be read: whoever changed it may have denied that', async () => {
    const names = [repository(safe), repository(safe, { lifecycle: keepNewest(1) })];
    const [access = '', lifecycle = ''] = names;
    server.plans.set(access, [{ step: 'read policy', fault: 'access denied', times: 99 }]);
    server.plans.set(lifecycle, [{ step: 'read lifecycle', fault: 'access denied', times: 99 }]);
    const outcomes = await handle([
      changed(access, 'repositoryPolicy', 'SetRepositoryPolicy'),
      changed(lifecycle, 'lifecyclePolicy', 'PutLifecyclePolicy'),
    ]);
    server.plans.clear();
    expect(outcomes).toMatchObject([
      { unread: [{ code: 'denied', action: 'ecr:GetRepositoryPolicy' }] },
      { unread: [{ code: 'denied', action: 'ecr:GetLifecyclePolicy' }] },
    ]);
    expect(outcomes.every(isNews)).toBe(true);
    const { text } = eventsMessage(outcomes, { registry, mode: 'Mend' });
    expect(text).toContain('It is not known what the policy that was changed does');
    expect(text).toContain('ecr:GetRepositoryPolicy');
  });

  test('is reported with the images that it takes and that were pulled lately', async () => {
    const now = Math.floor(Date.now() / 1000);
    const images = [3, 2, 1].map((age) => ({
      digest: `sha256:${String(age).repeat(64)}`,
      tags: [`v${age}`],
      pushedAt: now - age * 86_400,
      lastPulledAt: now - 3600,
    }));
    const name = repository(safe, { lifecycle: keepNewest(1), images });
    const [outcome] = await handle([changed(name, 'lifecyclePolicy', 'PutLifecyclePolicy')]);
    expect(outcome?.lifecycle).toMatchObject({ atRisk: { images: 3 } });
    expect(outcome && isNews(outcome)).toBe(true);
  });
});

function keepNewest(countNumber: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: 'expire' },
      },
    ],
  });
}
