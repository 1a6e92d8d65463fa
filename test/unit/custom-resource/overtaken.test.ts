/**
 * A claim alone needs no lease: other requests may change the repository while the one that has put it still runs, and
 * fails. What it takes back then must be as if it had never been.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeRecord } from '../../../core/claims/encode.ts';
import { type JsonObject, member } from '../../../core/json.ts';
import { type Bench, type Outcome, type Run, startBench } from './support/bench.ts';
import { claimsIn, recordOf } from './support/claims-records.ts';
import { parseBody } from './support/contract.ts';
import { arnOf, safe, unsafe } from './support/registry.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const always = Number.POSITIVE_INFINITY;
/** What a request that requires scanning fails with after it has written its claims, and not before others could write theirs. */
const held = { step: 'see scanning', fault: 'hanging', times: always } as const;
const failing = { OnDelete: 'Restore', RequireScanning: 'true' };
const stackOf = (name: string) => `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1`;
const eventOf = (stack: string, more: JsonObject = {}) => ({
  StackId: stackOf(stack),
  LogicalResourceId: 'Settings',
  ...more,
});

/** Those to its own request: both have the same repository. */
const answersOf = ({ deliveries, event }: Outcome) =>
  deliveries
    .map(({ body }) => parseBody(body))
    .filter((answer) => member(answer, 'RequestId') === event.RequestId);

/** Resolves once so many have a claim on a repository. */
async function claimed(repository: string, count: number): Promise<void> {
  while ((recordOf(bench.server.claims, repository)?.claims.length ?? 0) < count)
    await new Promise((resolve) => setImmediate(resolve));
}

/** A resource of the stack `first` that has made a repository safe. */
async function hardened(properties: JsonObject): Promise<Outcome> {
  const made = await bench.run({ before: unsafe, properties, event: eventOf('first'), remainingMs: 60_000 });
  expect(made).toMatchObject({ answer: { Status: 'SUCCESS' }, after: safe });
  return made;
}

/** Deletes the resource of the stack `first` while another request runs, which keeps its faults: they are the repository's. */
const remove = ({ repository, answer }: Outcome, properties: JsonObject, fault: NonNullable<Run['fault']>) =>
  bench.run({
    ...{ sample: 'delete', repository, properties, remainingMs: 60_000, fault },
    event: eventOf('first', { PhysicalResourceId: String(answer?.PhysicalResourceId) }),
  });

/**
 * A Create of the stack `second` that fails, and before that the Delete of the stack `first`, which had come before it.
 *
 * @param later the faults from the Delete on
 */
async function overtaken(
  properties: JsonObject,
  fault: NonNullable<Run['fault']> = held,
  later = fault,
): Promise<Outcome> {
  const first = await hardened(properties);
  const { repository } = first;
  const event = eventOf('second');
  const creating = bench.run({ repository, event, properties: failing, fault, remainingMs: 4_000 });
  await claimed(repository, 2);
  expect(answersOf(await remove(first, properties, later))).toMatchObject([{ Status: 'SUCCESS' }]);
  const created = await creating;
  expect(answersOf(created)).toEqual([expect.objectContaining({ Status: 'FAILED' })]);
  return created;
}

describe('a Create that fails after another stack, from which it took over, has gone', () => {
  test.each(['Restore', 'Retain'])('with OnDelete: %s', async (OnDelete) => {
    const created = await overtaken({ OnDelete });
    expect(created.after).toEqual(OnDelete === 'Restore' ? unsafe : safe);
    expect(claimsIn(created.claimsAfter)?.claims ?? []).toEqual([]);
    expect(created.claimsAfter?.inFlight).toBeUndefined();
  });

  test('and cannot give back what that one left to it: its answer says so, and its Delete does it', async () => {
    const refused = { step: 'put mutability', fault: 'access denied', times: always } as const;
    const created = await overtaken({ OnDelete: 'Restore' }, [held, refused]);
    const [answer] = answersOf(created);
    expect(String(answer?.Reason)).toContain('NOT PUT BACK: claims of');
    expect(created.after).toEqual(safe);
    expect(claimsIn(created.claimsAfter)?.claims).toHaveLength(1);
    const { repository } = created;
    const event = eventOf('second', { PhysicalResourceId: String(answer?.PhysicalResourceId) });
    const removed = await bench.run({ sample: 'delete', repository, properties: failing, event });
    expect(removed).toMatchObject({ answer: { Status: 'SUCCESS' }, after: unsafe });
    expect(claimsIn(removed.claimsAfter)).toBeUndefined();
  });

  test('and ECR cannot be read: its claim goes, for there is nothing to give back', async () => {
    const denied = { step: 'describe', fault: 'access denied', times: always } as const;
    const proof = { step: 'prove', fault: 'access denied', times: always } as const;
    const created = await overtaken({ OnDelete: 'Retain' }, held, [held, denied, proof]);
    expect(String(answersOf(created)[0]?.Reason)).not.toContain('NOT PUT BACK');
    expect(created.after).toEqual(safe);
    expect(claimsIn(created.claimsAfter)).toBeUndefined();
  });

  test('and had got no answer to the write of its claim', async () => {
    const unanswered = { step: 'write claims', fault: 'late hang', times: 1 } as const;
    const created = await overtaken({ OnDelete: 'Restore' }, [unanswered, held], held);
    expect(created.after).toEqual(unsafe);
    expect(claimsIn(created.claimsAfter)).toBeUndefined();
  });
});

test('one that another request changes for longer than it can wait does not keep its claims on others', async () => {
  const properties = (repository: string) => ({
    ...failing,
    RepositoryName: undefined,
    RepositoryNames: [repository, `${repository}/other`],
  });
  const made = await bench.run({
    ...{ before: unsafe, others: { other: unsafe }, remainingMs: 60_000 },
    properties: (repository) => ({ ...properties(repository), RequireScanning: 'false' }),
    event: eventOf('first'),
  });
  const { repository } = made;
  const both = properties(repository);
  const event = eventOf('second');
  const creating = bench.run({
    repository,
    event,
    properties: both,
    faults: { '*': held, other: held },
    fault: held,
    remainingMs: 8_000,
  });
  await claimed(repository, 2);
  await remove(made, { OnDelete: 'Restore', RepositoryNames: both.RepositoryNames }, held);
  occupy(`${repository}/other`);
  const created = await creating;
  const [answer] = answersOf(created);
  expect(String(answer?.Reason)).toContain(`NOT PUT BACK: claims of ${repository}/other.`);
  expect(created.after).toEqual(unsafe);
  expect(claimsIn(created.claimsAfter)).toBeUndefined();
  expect(created.othersAfter).toEqual({ other: safe });
});

/** As a function leaves a record that was ended in the middle of a change. */
function occupy(repository: string): void {
  const item = bench.server.claims.get(arnOf(repository));
  const record = recordOf(bench.server.claims, repository);
  if (item === undefined || record === undefined) throw new Error('there is no record');
  const { original, claims, retained } = record;
  const { set: settings } = claims[0] ?? { set: original };
  const inFlight = {
    ...{ holder: 'ended', request: 'ended', before: settings, after: settings, until: Date.now() + 600_000 },
    previous: { original, claims, retained },
  };
  const version = item.version + 1;
  bench.server.claims.set(item.key, {
    ...item,
    version,
    body: encodeRecord({ ...record, version, inFlight }),
  });
}
