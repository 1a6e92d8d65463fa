import { describe, expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import type { Repository } from '../../../aws/ecr/ecr.ts';
import { findRepositories, type MeantRepository } from '../../../reconcile/find-repositories.ts';

const arnOf = (name: string) => `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;
// The last three have no tags of CloudFormation, which does not give them to repositories.
const there = ['apps/api', 'apps/web', 'web', 'c-repo-x4ywsxwzp0kk', 'my-repo-web', 'c-myrepo-x4ywsxwzp0kk'];
const generated = 'c-repo-x4ywsxwzp0kk';
const named = (name: string): Repository => ({
  name,
  arn: arnOf(name),
  uri: '',
  registryId: '123456789012',
  createdAt: 0,
  tagMutability: { mutability: 'MUTABLE', exclusions: [] },
  scanOnPush: false,
  encryption: 'AES256',
});
const repositories = there.map(named);
const tagged = [
  ['a-repo-1', 'Repo'],
  ['b-repo-2', 'Repo'],
  ['c-loop-3', 'LoopOne'],
].map(([name = '', logicalId]) => ({ arn: arnOf(name), logicalId, stackName: 's', stackId: 'i' }));

/** What is found, and which reads it took. */
async function find(meant: Partial<MeantRepository>[], failing: readonly string[] = []) {
  const reads: string[] = [];
  const read = async <Value>(operation: string, value: Value): Promise<Value> => {
    reads.push(operation);
    if (!failing.includes(operation)) return value;
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    throw new AwsCallError(operation, undefined, denied);
  };
  const found = await findRepositories(
    meant.map((each) => ({ names: [], patterns: [], isUnnamed: false, logicalId: 'Repo', ...each })),
    {
      ecr: { repositories: () => read('DescribeRepositories', repositories) },
      stackTags: {
        stackRepositories: (logicalIds) =>
          read(
            'GetResources',
            tagged.filter(({ logicalId = '' }) => logicalIds?.includes(logicalId) ?? true),
          ),
      },
    },
  );
  return { found, reads };
}

describe('the repositories that may be meant', () => {
  test('a known name is read by nobody, and one that ECR never has is left out', async () => {
    expect(await find([{ names: ['apps/api', 'new', 'No', 'a//b', 'x', ''] }])).toEqual({
      found: [['apps/api', 'new']],
      reads: [],
    });
  });

  test('patterns of all are held against one listing', async () => {
    expect(
      await find([{ patterns: ['*/api', 'apps/*'] }, { patterns: ['w*'], names: ['web', 'one'] }]),
    ).toEqual({
      found: [
        ['apps/api', 'apps/web'],
        ['web', 'one'],
      ],
      reads: ['DescribeRepositories'],
    });
  });

  test.each<[string, Partial<MeantRepository>, readonly string[]]>([
    ['without a name', { isUnnamed: true }, [generated, 'a-repo-1', 'b-repo-2']],
    ['that a loop makes', { isUnnamed: true, logicalId: 'My*' }, ['c-myrepo-x4ywsxwzp0kk']],
    [
      'without a logical ID',
      { isUnnamed: true, logicalId: undefined },
      [generated, 'c-myrepo-x4ywsxwzp0kk', 'a-repo-1', 'b-repo-2', 'c-loop-3'],
    ],
    ['that may have a name', { isUnnamed: true, names: ['web'] }, ['web', generated, 'a-repo-1', 'b-repo-2']],
  ])(
    'a resource %s is found by the names and tags that CloudFormation gives',
    async (_title, meant, expected) => {
      expect(await find([meant])).toEqual({
        found: [expected],
        reads: ['DescribeRepositories', 'GetResources'],
      });
    },
  );

  test('a generated name that is as long as one can be may be cut, and so of any logical ID', async () => {
    const cut = `c-${'x'.repeat(241)}-x4ywsxwzp0kk`;
    const ecr = { repositories: async () => [cut, `b${cut}`].map(named) };
    const meant = { names: [], patterns: [], isUnnamed: true, logicalId: 'Repo' };
    expect(
      await findRepositories([meant], { ecr, stackTags: { stackRepositories: async () => [] } }),
    ).toEqual([[cut]]);
  });

  test('a resource of whose name nothing is known may be any repository', async () => {
    expect(await find([{ patterns: ['**'] }])).toEqual({ found: [there], reads: ['DescribeRepositories'] });
  });

  test('what cannot be listed is unknown for those that need it, with the permission to add', async () => {
    const meant = [{ names: ['web'] }, { patterns: ['w*'] }, { isUnnamed: true }];
    const denied = (action: string) => ({ unknown: { code: 'denied', action } });
    expect((await find(meant, ['GetResources'])).found).toEqual([
      ['web'],
      ['web'],
      denied('tag:GetResources'),
    ]);
    expect((await find(meant, ['DescribeRepositories'])).found).toEqual([
      ['web'],
      denied('ecr:DescribeRepositories'),
      denied('ecr:DescribeRepositories'),
    ]);
  });
});
