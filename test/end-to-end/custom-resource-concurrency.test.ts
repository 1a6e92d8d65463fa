import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { newStack, settings } from './support/new-stack.ts';
import { type Answered, holdersUnder, type Requests, startRequests } from './support/requests.ts';
import { existing, settingsTemplate } from './support/settings-stack.ts';
import { uniqueName } from './support/stacks.ts';

// Whole deployments, beside others on the same machine.
jest.setTimeout(240_000);

let requests: Requests;

beforeAll(async () => {
  requests = await startRequests();
});

afterAll(() => requests.stop());

const asCreated = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
const immutable = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };
const latest = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'], scanOnPush: true };

/** So many repositories under a name of their own. */
async function fleet(count: number) {
  const prefix = uniqueName('race');
  const names = Array.from({ length: count }, (_, index) => `${prefix}/${index}`);
  await Promise.all(names.map((name) => existing({ name })));
  const all = async () =>
    [...new Set((await Promise.all(names.map((name) => settings(name)))).map(textOf))].toSorted();
  return {
    prefix,
    all,
    one: { RepositoryName: `${prefix}/*`, OnDelete: 'Restore', MutableTags: '' },
    other: { RepositoryName: `${prefix}/*`, OnDelete: 'Restore', MutableTags: 'latest' },
    async isAsBefore() {
      expect(await all()).toEqual([textOf(asCreated)]);
      expect(await holdersUnder(prefix)).toEqual([]);
    },
  };
}

const textOf = ({
  mutability,
  exclusions,
  scanOnPush,
}: Pick<Awaited<ReturnType<typeof settings>>, 'mutability' | 'exclusions' | 'scanOnPush'>) =>
  JSON.stringify({ mutability, exclusions, scanOnPush });

const create = (stack: string, logicalId: string, properties: JsonObject, requestId?: string) =>
  requests.send({ type: 'Create', stack, logicalId, properties, requestId });
const remove = (stack: string, logicalId: string, properties: JsonObject, id: string) =>
  requests.send({ type: 'Delete', stack, logicalId, properties, id });
const isDone = (...answers: readonly Answered[]) =>
  expect(answers).toEqual(answers.map(({ id, reason }) => ({ status: 'SUCCESS', id, reason })));

describe('two resources of one stack over the same repositories', () => {
  test('made and deleted at the same time, both give back what was there', async () => {
    const { one, other, all, prefix, isAsBefore } = await fleet(30);
    const [a, b] = await Promise.all([create(prefix, 'A', one), create(prefix, 'B', other)]);
    isDone(a, b);
    expect([[textOf(immutable)], [textOf(latest)]]).toContainEqual(await all());
    isDone(...(await Promise.all([remove(prefix, 'A', one, a.id), remove(prefix, 'B', other, b.id)])));
    await isAsBefore();
  });

  test.each([['A, B'], ['B, A']])('made and deleted one after the other, in the order %s', async (order) => {
    const { one, other, prefix, isAsBefore } = await fleet(3);
    const [a, b] = [await create(prefix, 'A', one), await create(prefix, 'B', other)];
    isDone(a, b);
    for (const each of order.split(', '))
      isDone(await (each === 'A' ? remove(prefix, 'A', one, a.id) : remove(prefix, 'B', other, b.id)));
    await isAsBefore();
  });

  test('with Retain, one of the two is in effect, and nothing of them is left', async () => {
    const { one, other, all, prefix } = await fleet(3);
    const [first, second] = [
      { ...one, OnDelete: 'Retain' },
      { ...other, OnDelete: 'Retain' },
    ];
    const [a, b] = await Promise.all([create(prefix, 'A', first), create(prefix, 'B', second)]);
    isDone(a, b);
    isDone(...(await Promise.all([remove(prefix, 'A', first, a.id), remove(prefix, 'B', second, b.id)])));
    expect([[textOf(immutable)], [textOf(latest)]]).toContainEqual(await all());
    expect(await holdersUnder(prefix)).toEqual([]);
  });
});

describe('two stacks over the same repositories at the same time', () => {
  test('who succeeds has its settings in effect, or was taken over by the other', async () => {
    for (let trial = 0; trial < 3; trial += 1) {
      const { one, other, all, prefix, isAsBefore } = await fleet(3);
      const stacks = [`${prefix}-one`, `${prefix}-two`] as const;
      const [a, b] = await Promise.all([
        create(stacks[0], 'Settings', one),
        create(stacks[1], 'Settings', other),
      ]);
      // What the first one has made safe the second one may not weaken.
      isDone(a);
      if (b.status === 'FAILED') expect(b.reason).toContain('less safe');
      expect(await all()).toEqual([textOf(immutable)]);
      isDone(
        ...(await Promise.all([
          remove(stacks[0], 'Settings', one, a.id),
          remove(stacks[1], 'Settings', other, b.id),
        ])),
      );
      await isAsBefore();
    }
  });

  test('through CloudFormation: a stack is complete only where its repositories are hardened', async () => {
    for (let trial = 0; trial < 3; trial += 1) {
      const { all, prefix } = await fleet(3);
      const properties = { RepositoryName: `${prefix}/*` };
      const outcomes = await Promise.all([
        newStack().deploy(settingsTemplate({ ...properties, MutableTags: '' })),
        newStack().deploy(settingsTemplate({ ...properties, MutableTags: 'latest' })),
      ]);
      expect(outcomes[0]).toEqual({ kind: 'deployed' });
      expect(await all()).toEqual([textOf(immutable)]);
    }
  });
});

describe('one resource', () => {
  test.each([0, 100, 300, 700])(
    'whose running Create is cancelled, after %i ms, by a Delete of an invented id leaves nothing',
    async (delayMs) => {
      const { one, prefix, isAsBefore } = await fleet(60);
      const created = create(prefix, 'A', one);
      // The function has to have begun: CloudFormation cancels what it knows to run.
      await sleep(200 + delayMs);
      const deleted = await remove(prefix, 'A', one, 'race-A-1QABCDEFGH');
      isDone(deleted);
      await created;
      await isAsBefore();
    },
  );

  test('whose Create is delivered twice at the same time is one', async () => {
    const { one, all, prefix, isAsBefore } = await fleet(20);
    const requestId = randomUUID();
    const [a, b] = await Promise.all([
      create(prefix, 'A', one, requestId),
      create(prefix, 'A', one, requestId),
    ]);
    isDone(a, b);
    expect(a.id).toBe(b.id);
    expect(await all()).toEqual([textOf(immutable)]);
    isDone(await remove(prefix, 'A', one, a.id));
    await isAsBefore();
  });
});
