import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import type { RepositoryLook } from '../../../core/usage/guard.ts';
import { decideByStack } from '../../../reconcile/guard-by-stack.ts';

const keeping = (KeepImages: number) => lifecyclePolicyText({ ...builtInPolicy, KeepImages }) ?? '';
const wanted = keeping(5);
const byHand = '{"rules":[]}';
const atRisk = {
  digest: 'sha256:1',
  tags: ['v1'],
  action: 'expire',
  mayBeReferenced: false,
  position: 6,
  verdict: { kind: 'pulled', pulledAt: 0 },
} as const;
const look = (repository: string, present: string | undefined, isHarmed = false): RepositoryLook => ({
  repository,
  wanted,
  exists: true,
  present,
  effect: { expiring: isHarmed ? 1 : 0, archiving: 0, inUse: isHarmed ? [atRisk] : [] },
});
const stacks: Readonly<Record<string, string>> = { one: 'a', two: 'b', three: 'b' };
const stackTags = {
  stackRepositories: async () =>
    Object.entries(stacks).map(([name, stackName]) => ({
      arn: `arn:aws:ecr:us-east-1:123456789012:repository/${name}`,
      logicalId: 'Repo',
      stackName,
      stackId: undefined,
    })),
};
const decide = (looks: readonly RepositoryLook[], tags = stackTags) =>
  decideByStack(looks, { sources: undefined, required: [] }, { stackTags: tags });

describe('a lifecycle policy for each stack', () => {
  test('is the one that is right for its repositories; a new stack gets the default', async () => {
    expect(await decide([look('two', undefined, true), look('one', keeping(9))])).toMatchObject({
      kind: 'by-stack',
      stacks: [
        { stackName: 'a', decision: { kind: 'write' } },
        { stackName: 'b', decision: { kind: 'withhold' } },
      ],
      otherwise: { kind: 'write' },
    });
  });

  test('repositories of no stack decide for every other one', async () => {
    expect(await decide([look('one', keeping(9)), look('alone', undefined, true)])).toMatchObject({
      stacks: [{ stackName: 'a', decision: { kind: 'write' } }],
      otherwise: { kind: 'withhold' },
    });
  });

  test('is not there where those of one stack differ, none is of a stack, or the tags cannot be read', async () => {
    expect(await decide([look('two', byHand), look('three', undefined)])).toBeUndefined();
    expect(await decide([look('alone', byHand), look('other', undefined, true)])).toBeUndefined();
    const unreadable = { stackRepositories: () => Promise.reject(new Error('denied')) };
    expect(await decide([look('one', keeping(9)), look('two', undefined, true)], unreadable)).toEqual({
      unknown: { code: 'failed', action: 'tag:GetResources', error: 'Error' },
    });
  });

  test('is not known, with the reason, where CloudFormation would have to be asked about more than 100', async () => {
    const looks = Array.from({ length: 101 }, (_, index) =>
      look(`r${index}`, index === 0 ? byHand : undefined, true),
    );
    const asked: string[] = [];
    const reads = {
      stackTags: { stackRepositories: async () => [] },
      repositoryStacks: { stackOf: async (repository: string) => `stack-${asked.push(repository)}` },
    };
    const evidence = { sources: undefined, required: [] };
    expect(await decideByStack(looks, evidence, reads)).toEqual({
      unknown: {
        code: 'failed',
        action: 'cloudformation:DescribeStackResources',
        error: 'MoreThan100Repositories',
      },
    });
    expect(asked).toEqual([]);
    expect(await decideByStack(looks.slice(1), evidence, reads)).toMatchObject({ kind: 'by-stack' });
    expect(asked).toHaveLength(100);
  });

  test('is not there where it is the same for all', async () => {
    expect(await decide([look('one', byHand), look('alone', byHand)])).toBeUndefined();
  });
});
