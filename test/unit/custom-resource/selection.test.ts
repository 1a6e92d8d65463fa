import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { claimsIn, holdersIn, recordOf } from './support/claims-records.ts';
import type { Step } from './support/operations.ts';
import { repositoryLike, type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

/** Properties, of which one that is undefined is taken away. */
type Given = Readonly<Record<string, Json | undefined>>;

const none = { RepositoryName: undefined };
const three = { 'api/orders': unsafe, 'api/users': unsafe, web: safe };
const counts = (Matched: number, Changed: number) => ({
  Matched: `${Matched}`,
  Changed: `${Changed}`,
  Unchanged: `${Matched - Changed}`,
  WouldChange: 'nothing',
});

describe('a selection', () => {
  const selections: readonly [string, (prefix: string) => JsonObject, readonly string[]][] = [
    ['by a pattern', (prefix) => ({ RepositoryName: `${prefix}/api/*` }), ['api/orders', 'api/users']],
    [
      'by names, as a list',
      (prefix) => ({ RepositoryNames: [`${prefix}/api/orders`, `${prefix}/web`] }),
      ['api/orders', 'web'],
    ],
    [
      'by names, as text',
      (prefix) => ({ RepositoryNames: `${prefix}/api/users, ${prefix}/web` }),
      ['api/users', 'web'],
    ],
    [
      'by patterns among the names',
      (prefix) => ({ RepositoryNames: [`${prefix}/*/users`, `${prefix}/w*`] }),
      ['api/users', 'web'],
    ],
    [
      'narrowed by an exclusion',
      (prefix) => ({ RepositoryName: `${prefix}/*`, Exclude: '*/users' }),
      ['api/orders', 'web'],
    ],
    [
      'by a name that is one of the names',
      (prefix) => ({
        RepositoryName: `${prefix}/api/users`,
        RepositoryNames: `${prefix}/api/*,${prefix}/web`,
      }),
      ['api/users'],
    ],
    [
      'narrowed by both',
      (prefix) => ({ RepositoryName: `${prefix}/api/*`, RepositoryNames: `${prefix}/*/users` }),
      ['api/users'],
    ],
  ];
  test.each(selections)('%s', async (_title, properties, selected) => {
    const { answer, othersAfter } = await bench.run({
      others: three,
      properties: (prefix) => ({ ...none, ...properties(prefix) }),
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: `${selected.length}` } });
    const after = Object.fromEntries(
      Object.entries(three).map(([name, before]) => [name, selected.includes(name) ? safe : before]),
    );
    expect(othersAfter).toEqual(after);
  });

  test('by tags, which narrow the names', async () => {
    const properties = (prefix: string) => ({
      RepositoryName: `${prefix}*`,
      RepositoryTags: { ManagedStackSource: 'AwsSamCli', Stage: 2 },
    });
    const tags = { ManagedStackSource: 'AwsSamCli', Stage: '2' };
    const { answer, after, othersAfter } = await bench.run({
      before: unsafe,
      tags,
      others: three,
      properties,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: counts(1, 1) });
    expect(after).toEqual(safe);
    expect(othersAfter).toEqual(three);
  });

  test('by tags alone', async () => {
    const { answer, after } = await bench.run({
      before: unsafe,
      tags: { Only: 'this-one' },
      properties: { ...none, RepositoryTags: { Only: 'this-one' } },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: counts(1, 1) });
    expect(after).toEqual(safe);
  });

  test('counts what it changed and what it did not, and gives no attributes of one', async () => {
    const run = { others: three, properties: (prefix: string) => ({ RepositoryName: `${prefix}/*` }) };
    const { answer, repository, event } = await bench.run(run);
    expect(answer?.Data).toEqual(counts(3, 2));
    const again = await bench.run({
      repository,
      event: { ResourceProperties: Object(event).ResourceProperties },
    });
    expect(again.answer?.Data).toEqual(counts(3, 0));
    expect(again.calls.filter(({ step }) => /^(put|write|remove|delete)/.test(step))).toEqual([]);
  });
});

describe('a selection that fails', () => {
  const refused: readonly [string, (prefix: string) => Given, RegExp][] = [
    [
      'a pattern that matches nothing',
      (prefix) => ({ RepositoryName: `${prefix}/x*` }),
      /^No repository of this account and region matches RepositoryName bench\/repository-\d+\/x\*: correct it, or set AllowNoMatch: true\.$/,
    ],
    [
      'one name of several that there is not',
      (prefix) => ({ ...none, RepositoryNames: [`${prefix}/web`, `${prefix}/wep`] }),
      /matches RepositoryNames bench\/repository-\d+\/wep:/,
    ],
    [
      'one name that there is not',
      (prefix) => ({ RepositoryName: `${prefix}/wep` }),
      /^Repository bench\/repository-\d+\/wep does not exist/,
    ],
    [
      'a name beside names of others, which it is not one of',
      (prefix) => ({ RepositoryName: `${prefix}/web`, RepositoryNames: [`${prefix}/api/orders`] }),
      /^No repository of this account and region is left by/,
    ],
    [
      'a name beside one that there is not',
      (prefix) => ({ RepositoryName: `${prefix}/web`, RepositoryNames: [`${prefix}/web`, `${prefix}/wep`] }),
      /^No repository of this account and region matches RepositoryNames bench\/repository-\d+\/wep:/,
    ],
    [
      'parts that leave nothing together',
      (prefix) => ({ RepositoryName: `${prefix}/*`, Exclude: ['*'] }),
      /^No repository of this account and region is left by/,
    ],
    [
      'tags that none has',
      (prefix) => ({ RepositoryName: `${prefix}/*`, RepositoryTags: { a: 'b' } }),
      /is left by/,
    ],
  ];
  test.each(refused)('%s, and nothing is changed', async (_title, properties, reason) => {
    const { answer, othersAfter } = await bench.run({ others: three, properties, remainingMs: 5_000 });
    expect(answer?.Reason).toMatch(reason);
    expect(othersAfter).toEqual(three);
  });

  test.each(refused)('%s, unless that may be', async (_title, properties) => {
    const { answer, othersAfter } = await bench.run({
      others: three,
      properties: (prefix) => ({ ...properties(prefix), AllowNoMatch: 'true' }),
    });
    expect(answer?.Status).toBe('SUCCESS');
    // The one that is named beside the one that there is not.
    expect(answer?.Data).toMatchObject(Object(answer?.Data).Matched === '0' ? counts(0, 0) : counts(1, 0));
    expect(othersAfter).toEqual(three);
  });

  test.each<[Given, string]>([
    [{ ...none, Exclude: 'a' }, 'RepositoryName, RepositoryNames or RepositoryTags is missing'],
    [{ ...none, RepositoryTags: {} }, 'RepositoryName, RepositoryNames or RepositoryTags is missing'],
    [{ ...none, RepositoryNames: [] }, 'RepositoryNames must name a repository'],
    [{ ...none, RepositoryNames: ['UPPER'] }, 'RepositoryNames[0] must be the name of an ECR repository'],
    [{ RepositoryName: 'a?*' }, 'RepositoryName must be the name of an ECR repository'],
    [{ RepositoryTags: 'a=b' }, 'RepositoryTags must be a map of key to value, not another string'],
    [
      { RepositoryTags: { a: ['b'] } },
      'RepositoryTags must be a map of key to value, and one value is a list',
    ],
    [{ Exclude: { a: 'b' } }, 'Exclude must be a list, or text with commas, not a map'],
    [{ AllowNoMatch: 'maybe' }, 'AllowNoMatch must be true or false'],
  ])('%j', async (properties, reason) => {
    const { answer, steps } = await bench.run({ before: unsafe, properties });
    expect(answer?.Reason).toContain(reason);
    expect(steps).toEqual([]);
  });

  test('more than 5,000 repositories are refused with their number', async () => {
    for (let index = 0; index <= 5_000; index += 1)
      bench.server.registry.repositories.set(`crowd/${index}`, repositoryLike(unsafe));
    const { answer } = await bench.run({ properties: { RepositoryName: 'crowd/*' } });
    expect(answer?.Reason).toBe(
      'The selection matches 5001 repositories, and one resource manages at most 5000: divide them among several, by name.',
    );
    expect(bench.server.registry.repositories.get('crowd/0')?.settings).toEqual(unsafe);
    for (let index = 0; index <= 5_000; index += 1)
      bench.server.registry.repositories.delete(`crowd/${index}`);
  });
});

describe('a repository that disappears meanwhile', () => {
  const gone = { fault: 'repository gone', times: Number.POSITIVE_INFINITY } as const;
  const LifecyclePolicyText = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'expire' },
      },
    ],
  });
  test.each<[Step, JsonObject, number]>([
    ['read tags', { RepositoryTags: { team: 'orders' } }, 1],
    ['put mutability', {}, 1],
    ['put scanning', {}, 1],
    ['read lifecycle', { LifecyclePolicy: { LifecyclePolicyText } }, 2],
    ['put lifecycle', { LifecyclePolicy: { LifecyclePolicyText } }, 2],
  ])('is no failure of a pattern (%s)', async (step, more, changed) => {
    const { answer, othersAfter, calls } = await bench.run({
      others: three,
      othersTags: { team: 'orders' },
      faults: { 'api/orders': { ...gone, step } },
      properties: (prefix) => ({ RepositoryName: `${prefix}/*`, ...more }),
    });
    expect(calls.map((call) => call.step)).toContain(step);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: counts(2, changed) });
    expect(othersAfter?.['api/users']).toEqual(safe);
  });
});

describe('an Update that selects others', () => {
  const first = (prefix: string): JsonObject => ({ RepositoryName: `${prefix}/api/*` });
  const second = (prefix: string): JsonObject => ({ RepositoryName: `${prefix}/*/orders` });
  const update = async (
    more: JsonObject,
  ): Promise<{ left: Settings | undefined; kept: Settings | undefined; id: unknown }> => {
    const { repository, answer } = await bench.run({
      others: three,
      properties: (prefix) => ({ ...first(prefix), ...more }),
    });
    const updated = await bench.run({
      sample: 'update',
      repository,
      properties: { ...second(repository), ...more },
      event: {
        PhysicalResourceId: answer?.PhysicalResourceId,
        OldResourceProperties: { ...first(repository), ...more },
      },
    });
    expect(updated.answer).toMatchObject({ Status: 'SUCCESS', Data: counts(1, 0) });
    const claimsOf = (name: string) => recordOf(bench.server.claims, `${repository}/${name}`);
    expect(holdersIn(claimsOf('api/users'))).toEqual([]);
    // Where it retains, a rollback can bring the claim back.
    expect(claimsOf('api/users')?.retained).toHaveLength(more.OnDelete === 'Restore' ? 0 : 1);
    expect(holdersIn(claimsOf('api/orders'))).toEqual([answer?.PhysicalResourceId]);
    expect(claimsIn(claimsOf('web'))).toBeUndefined();
    return {
      left: updated.othersAfter?.['api/users'],
      kept: updated.othersAfter?.['api/orders'],
      id: updated.answer?.PhysicalResourceId === answer?.PhysicalResourceId,
    };
  };

  test('leaves what left as it is, and keeps its id', async () => {
    expect(await update({})).toEqual({ left: safe, kept: safe, id: true });
  });

  test('gives back what left where it restores', async () => {
    expect(await update({ OnDelete: 'Restore' })).toEqual({ left: unsafe, kept: safe, id: true });
  });
});
