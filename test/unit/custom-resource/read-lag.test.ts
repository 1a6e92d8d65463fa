import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noPolicy } from '../../../core/settings/repository-settings.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { type Bench, type Outcome, type Run, startBench } from './support/bench.ts';
import { asClaimed, claimsIn, holdersIn, recordOf } from './support/claims-records.ts';
import { arnOf, repositoryLike, type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;
// Waiting for reads alone takes up to 15 of the 20 seconds that half of 40 would be: a busy machine must not decide.
const remainingMs = 120_000;

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
const policy = (count: number) => ({ LifecyclePolicy: { LifecyclePolicyText: keeping(count) } });
const restoring = { OnDelete: 'Restore', ...policy(5) };
/** A run right after others of the same resource. */
type Soon = (run: Run) => Promise<Outcome>;
const soonOf =
  (LogicalResourceId: string): Soon =>
  ({ event, ...run }) =>
    bench.run({ remainingMs, isSoon: true, ...run, event: { LogicalResourceId, ...event } });

/** Changes a repository behind the back of the custom resource. */
function set(name: string, settings: Settings, more: Parameters<typeof repositoryLike>[1] = {}): void {
  const { repositories } = bench.server.registry;
  repositories.set(name, { ...repositoryLike(settings), ...repositories.get(name), settings, ...more });
}

function tag(name: string, team: string): void {
  const found = bench.server.registry.repositories.get(name);
  set(name, found?.settings ?? unsafe, { tags: new Map([['team', team]]) });
}

/** Leaves the record of a Create as a function does that ended in the middle of its change, a moment ago. */
function interrupt({ repository, claimsAfter }: Outcome): void {
  const item = bench.server.claims.get(arnOf(repository));
  if (item === undefined || claimsAfter === undefined) throw new Error('the Create has left no record');
  const { original, claims, policies, createdAt } = claimsAfter;
  const inFlight = {
    holder: 'gone',
    request: 'gone',
    before: original,
    after: claims[0]?.set,
    previous: { original, claims: [], retained: [] },
    until: Date.now() - 1,
  };
  const body = { original, claims, retained: [], policies, createdAt, changedAt: Date.now(), inFlight };
  bench.server.claims.set(item.key, { ...item, body: JSON.stringify(body) });
}

const scenarios = {
  /** Everything is written, and read back as it was for a while. */
  create: (soon: Soon) => soon({ before: unsafe, properties: policy(5) }),
  async update(soon: Soon) {
    const { repository } = await soon({ before: unsafe, properties: policy(5) });
    return soon({ sample: 'update', repository, properties: policy(6) });
  },
  async again(soon: Soon) {
    const { repository } = await soon({ before: unsafe, properties: policy(5) });
    return soon({ sample: 'update', repository, properties: policy(5) });
  },
  async restore(soon: Soon) {
    const { repository } = await soon({ before: unsafe, lifecycle: keeping(9), properties: restoring });
    return soon({ sample: 'delete', repository, properties: restoring });
  },
  async foreign(soon: Soon) {
    const { repository } = await soon({ before: unsafe, properties: restoring });
    set(repository, { ...safe, scanOnPush: false });
    return soon({ sample: 'delete', repository, properties: restoring });
  },
  async recovery(soon: Soon) {
    const created = await soon({ before: unsafe, properties: policy(5) });
    const { repository } = created;
    // What was there before is what is read.
    const { lifecycle, settings } = bench.server.registry.repositories.get(repository) ?? {};
    set(repository, unsafe, { lifecycle: undefined });
    await soon({ before: safe });
    set(repository, settings ?? safe, { lifecycle });
    // Later than the write, as the deadline of a function is.
    interrupt(created);
    const StackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/another/1';
    return soon({ repository, event: { StackId } });
  },
  async created(soon: Soon) {
    const { repository } = await soon({ before: safe });
    set(`${repository}/new`, unsafe);
    return soon({ repository, properties: { RepositoryName: `${repository}/new` } });
  },
  async tagged(soon: Soon) {
    const { repository } = await soon({ before: unsafe, properties: { DryRun: true } });
    tag(repository, 'orders');
    return soon({ repository, properties: { RepositoryTags: { team: 'orders' } } });
  },
  /** With the tags from before the first Update, the second one would release the repository. */
  async retagged(soon: Soon) {
    const properties = { OnDelete: 'Restore', AllowNoMatch: true, RepositoryTags: { team: 'checkout' } };
    const { repository } = await soon({ before: unsafe, properties: { DryRun: true } });
    tag(repository, 'checkout');
    await soon({ repository, properties: { ...properties, AllowNoMatch: false } });
    const old = { RepositoryName: repository, ...properties };
    const event = { OldResourceProperties: old };
    return soon({ sample: 'update', repository, properties: { ...properties, ...policy(5) }, event });
  },
  account: (soon: Soon) =>
    soon({ properties: { RepositoryName: undefined, AccountSettings: { BLOB_MOUNTING: 'ENABLED' } } }),
};
type Scenario = keyof typeof scenarios;
const names = Object.keys(scenarios).filter((name): name is Scenario => name in scenarios);

describe.each<[string, number]>([
  ['no read', 0],
  ['every second read', 2],
])('where reads lag 5.5 seconds behind writes, and %s is up to date', (_title, freshEvery) => {
  const outcomes = new Map<Scenario, Outcome>();
  const of = (name: Scenario): Outcome => {
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error(`${name} did not run`);
    return outcome;
  };

  beforeAll(async () => {
    bench = await startBench();
    Object.assign(process.env, { AllowAccountSettings: 'true' });
    // The first run loads the SDK.
    await bench.run({ before: safe });
    Object.assign(bench.server.lag, { ms: 5_500, freshEvery });
    await Promise.all(names.map(async (name) => outcomes.set(name, await scenarios[name](soonOf(name)))));
  }, 200_000);

  afterAll(() => bench.stop());

  test('what was written is verified once it can be read', () => {
    for (const name of ['create', 'update', 'again', 'account'] as const)
      expect([name, of(name).answer]).toMatchObject([name, { Status: 'SUCCESS' }]);
    expect(of('create')).toMatchObject({ after: safe, lifecycleAfter: keeping(5) });
    expect(of('update')).toMatchObject({ after: safe, lifecycleAfter: keeping(6) });
  });

  test('the request that follows does not take the old values for a change of somebody else', () => {
    expect(of('again').answer).toMatchObject({ Data: { Changed: '0' } });
    const { original, claims = [] } = claimsIn(of('update').claimsAfter) ?? {};
    expect(original).toEqual(asClaimed(unsafe, noPolicy));
    expect(claims.map(({ beforeLastChange }) => beforeLastChange)).toEqual([
      asClaimed(safe, hashOfPolicy(keeping(5))),
    ]);
  });

  test('a Delete that follows a Create at once restores everything', () => {
    const { answer, after, lifecycleAfter, claimsAfter } = of('restore');
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer).not.toHaveProperty('Reason');
    expect({ after, lifecycleAfter }).toEqual({ after: unsafe, lifecycleAfter: keeping(9) });
    expect(holdersIn(claimsAfter)).toEqual([]);
  });

  test('what somebody else has changed meanwhile stays all the same, and the rest is restored', () => {
    const { answer, after, lifecycleAfter } = of('foreign');
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect({ after, lifecycleAfter }).toEqual({ after: unsafe, lifecycleAfter: undefined });
  });

  test('an unfinished change that is not read yet is reverted', () => {
    const { answer, repository, lifecycleAfter, after } = of('recovery');
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect({ after, lifecycleAfter }).toEqual({ after: safe, lifecycleAfter: undefined });
    expect(recordOf(bench.server.claims, repository)?.original).toMatchObject(asClaimed(unsafe));
  });

  test('a repository that was created or tagged just now is found', () => {
    expect(of('created').othersAfter).toEqual({ new: safe });
    expect(of('tagged')).toMatchObject({ answer: { Status: 'SUCCESS' }, after: safe });
  });

  test('a repository is not released for tags that it had before', () => {
    const { answer, after, claimsAfter } = of('retagged');
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '1' } });
    expect(after).toEqual(safe);
    expect(holdersIn(claimsAfter)).toHaveLength(1);
  });
});
