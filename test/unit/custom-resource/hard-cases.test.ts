import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { holdersIn } from './support/claims-records.ts';
import { repositoryLike, type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  delete process.env.MutableTags;
  bench.server.registry.account.clear();
});

afterAll(() => bench.stop());

const restoring = { OnDelete: 'Restore' };
const otherStack = (name: string) => ({
  StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/00000000-da77-11e4-872e-1234567db123`,
});
const change = (repository: string, settings: Settings) =>
  bench.server.registry.repositories.set(repository, {
    ...repositoryLike(settings, bench.server.registry.repositories.get(repository)),
    settings,
  });
const policyText = (...priorities: number[]) =>
  JSON.stringify({
    rules: priorities.map((rulePriority) => ({
      rulePriority,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: [`v${rulePriority}*`],
        countType: 'imageCountMoreThan',
        countNumber: 5,
      },
      action: { type: 'expire' },
    })),
  });

describe('who takes a repository over from another stack', () => {
  test('cannot undo its hardening by a second resource that is deleted again', async () => {
    const { repository } = await bench.run({ before: unsafe });
    const event = otherStack('attack');
    const one = await bench.run({ repository, event });
    const two = await bench.run({ repository, event: { ...event, LogicalResourceId: 'Second' } });
    await bench.run({
      sample: 'delete',
      repository,
      event: { ...event, LogicalResourceId: 'Second', PhysicalResourceId: two.answer?.PhysicalResourceId },
    });
    const properties = { ImageTagMutability: 'MUTABLE' };
    const PhysicalResourceId = one.answer?.PhysicalResourceId;
    const { answer, after } = await bench.run({
      sample: 'update',
      repository,
      properties,
      event: { ...event, PhysicalResourceId },
    });
    expect(answer?.Reason).toContain('AllowWeakening');
    expect(after).toEqual(safe);
  });

  test('leaves what it made safer when it retains, and gives the repository back as it is', async () => {
    process.env.MutableTags = 'latest';
    const first = await bench.run({ before: unsafe });
    delete process.env.MutableTags;
    const { repository } = first;
    const event = otherStack('stricter');
    const taken = await bench.run({ repository, event });
    expect(taken.after).toEqual(safe);
    const PhysicalResourceId = taken.answer?.PhysicalResourceId;
    const { after, claimsAfter } = await bench.run({
      sample: 'delete',
      repository,
      event: { ...event, PhysicalResourceId },
    });
    expect(after).toEqual(safe);
    expect(holdersIn(claimsAfter)).toEqual([first.answer?.PhysicalResourceId]);
  });
});

describe('what somebody else has changed since', () => {
  test('is not given back, though the resource itself once had set the same', async () => {
    const { repository, answer } = await bench.run({ before: unsafe, properties: restoring });
    const event = { PhysicalResourceId: answer?.PhysicalResourceId };
    await bench.run({
      sample: 'update',
      repository,
      properties: { ...restoring, MutableTags: 'latest' },
      event,
    });
    change(repository, safe);
    const left = await bench.run({ sample: 'delete', repository, properties: restoring, event });
    expect(left.answer?.Reason).toBe(
      `ImageTagMutability of ${repository} was changed by another client since, and stays`,
    );
    expect(left.after).toEqual({ ...safe, scanOnPush: false });
  });

  test('as a lifecycle policy is not deleted', async () => {
    const LifecyclePolicy = { LifecyclePolicyText: policyText(1, 2) };
    const properties = { ...restoring, LifecyclePolicy };
    const { repository, answer } = await bench.run({ before: unsafe, properties });
    const { lifecycleAfter } = await bench.run({
      sample: 'delete',
      repository,
      properties,
      lifecycle: policyText(7, 8),
      event: { PhysicalResourceId: answer?.PhysicalResourceId },
    });
    expect(lifecycleAfter).toBe(policyText(7, 8));
  });
});

describe('a lifecycle policy', () => {
  test('is the same in the order of its priorities, which is how ECR gives it back', async () => {
    const properties = { LifecyclePolicy: { LifecyclePolicyText: policyText(2, 1) } };
    const { answer, steps } = await bench.run({ before: safe, lifecycle: policyText(1, 2), properties });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '0' } });
    expect(steps).not.toContain('put lifecycle');
  });
});

describe('a Delete of a Create that was put back', () => {
  test('that is delivered again after a second Create leaves that one alone', async () => {
    const fault = { step: 'put scanning', fault: 'blocked by the organisation', times: 1 } as const;
    const failed = await bench.run({ before: unsafe, fault });
    const { repository } = failed;
    const event = { PhysicalResourceId: failed.answer?.PhysicalResourceId };
    await bench.run({ sample: 'delete', repository, event });
    const { claimsAfter } = await bench.run({ repository });
    const again = await bench.run({ sample: 'delete', repository, event, isSoon: true });
    expect(again.after).toEqual(safe);
    expect(again.claimsAfter).toEqual(claimsAfter);
  });
});

describe('an Update after a dry run', () => {
  test('lets go of what was selected before it', async () => {
    const others = { a: unsafe, b: unsafe };
    const select = (prefix: string, key: string, more: JsonObject = {}) => ({
      RepositoryName: `${prefix}/${key}`,
      ...restoring,
      ...more,
    });
    const { repository, answer } = await bench.run({ others, properties: (prefix) => select(prefix, 'a') });
    const dry = select(repository, 'b', { DryRun: true });
    const event = (old: JsonObject) => ({
      PhysicalResourceId: answer?.PhysicalResourceId,
      OldResourceProperties: old,
    });
    await bench.run({ sample: 'update', repository, properties: dry, event: event(select(repository, 'a')) });
    const { othersAfter } = await bench.run({
      sample: 'update',
      repository,
      properties: select(repository, 'b'),
      event: event(dry),
    });
    expect(othersAfter).toEqual({ a: unsafe, b: safe });
  });
});

describe('an account setting', () => {
  test('that would make the account less safe is refused', async () => {
    bench.server.registry.account.set('REGISTRY_POLICY_SCOPE', 'V2');
    const properties = { RepositoryName: undefined, AccountSettings: { REGISTRY_POLICY_SCOPE: 'V1' } };
    const { answer } = await bench.run({ properties });
    expect(answer?.Reason).toBe(
      'REGISTRY_POLICY_SCOPE V2 -> V1 would make the account less safe than it is, which is refused unless the application is deployed with AllowWeakening: true.',
    );
    expect(bench.server.registry.account.get('REGISTRY_POLICY_SCOPE')).toBe('V2');
  });
});

describe('tags', () => {
  test('under the prefix of an earlier version’s memory are left alone', async () => {
    const tags = { 'ecr-hardening:cost-centre': '7' };
    const { repository, answer, ...made } = await bench.run({ before: unsafe, tags });
    expect(made.tagsAfter).toEqual(tags);
    const event = { PhysicalResourceId: answer?.PhysicalResourceId };
    expect((await bench.run({ sample: 'delete', repository, event })).tagsAfter).toEqual(tags);
  });

  test('of an earlier memory that are left over allow nothing', async () => {
    const tags = { 'ecr-hardening:own': 'MUTABLE/scan=off/lifecycle=untouched.' };
    const { repository } = await bench.run({ before: { ...safe, scanOnPush: false }, tags });
    const { answer, after } = await bench.run({
      sample: 'update',
      repository,
      properties: { ImageTagMutability: 'MUTABLE' },
    });
    expect(answer?.Reason).toContain('AllowWeakening');
    expect(after).toEqual(safe);
  });
});

test('an author’s ServiceTimeout that is shorter than the function’s time is kept', async () => {
  const { leftMs, answer } = await bench.run({
    before: unsafe,
    properties: { ServiceTimeout: '4' },
    remainingMs: 60_000,
    fault: { step: 'describe', fault: 'hanging', times: Number.POSITIVE_INFINITY },
  });
  expect(answer).toMatchObject({ Status: 'FAILED' });
  expect(leftMs).toBeGreaterThan(60_000 - 20_000);
});
