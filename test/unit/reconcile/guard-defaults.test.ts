import { expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import type { MeantRepository } from '../../../reconcile/find-repositories.ts';
import { type GuardOptions, guardDefaults } from '../../../reconcile/guard-defaults.ts';
import { guardClause } from '../../../wording/lifecycle-guard.ts';

const text = lifecyclePolicyText({ KeepImages: 20, ExpireUntaggedAfterDays: 14, ProtectedTags: [] }) ?? '';
const byHand = text.replace('The newest 20 images stay', 'ours');
const arnOf = (name: string) => `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;

/** What becomes of a default where the only repository is one with a policy made by hand, of this stack. */
async function guard(
  meant: Partial<MeantRepository>,
  stackName: string | undefined,
  mayDependOnStack = true,
  isTagged = true,
) {
  return (await report(meant, stackName, { mayDependOnStack }, isTagged))?.outcome;
}

async function report(
  meant: Partial<MeantRepository>,
  stackName: string | undefined,
  more: Partial<GuardOptions> = {},
  isTagged = true,
  wanted = text,
) {
  const name = 'team-a-images-1';
  const [found] = await guardDefaults(
    [{ meant: { names: [], patterns: [], isUnnamed: false, logicalId: 'Images', ...meant }, text: wanted }],
    {
      ecr: {
        repositories: async () => [
          {
            name,
            arn: arnOf(name),
            uri: '',
            registryId: '123456789012',
            createdAt: 0,
            tagMutability: { mutability: 'MUTABLE', exclusions: [] },
            scanOnPush: false,
            encryption: 'AES256',
          },
        ],
        lifecyclePolicy: async () => byHand,
        images: async () => [],
      },
      stackTags: {
        stackRepositories: async () => [
          ...(isTagged
            ? [{ arn: arnOf(name), logicalId: 'Images', stackName, stackId: stackName && 'i' }]
            : []),
        ],
      },
      repositoryStacks: { stackOf: async (repository) => (repository === name ? stackName : 'another') },
      usage: { read: async () => ({ readAt: 0, references: [], sources: {} }) },
      registry: { registryId: '123456789012', region: 'us-east-1' },
      required: ['pulls'],
      protectPulledWithinDays: 90,
      now: Date.parse('2026-11-28'),
      mayDependOnStack: true,
      ...more,
    },
  );
  return found;
}

/** An operation that is denied. */
const denied = (operation: string) => async () => {
  throw new AwsCallError(
    operation,
    undefined,
    Object.assign(new Error('the secret of AWS'), { name: 'AccessDenied' }),
  );
};

const kept = { kind: 'keep-present', text: byHand };

test.each([{ isUnnamed: true }, { patterns: ['*-images-1'] }, { patterns: ['*'] }])(
  'a policy made by hand in one stack is not written into another stack: %j',
  async (meant) => {
    expect(await guard(meant, 'team-a')).toMatchObject({
      kind: 'by-stack',
      stacks: [{ stackName: 'team-a', decision: kept }],
      otherwise: { kind: 'write' },
    });
  },
);

test('where it has no tags, CloudFormation is asked which stack has it', async () => {
  expect(await guard({ patterns: ['*-images-1'] }, 'team-a', true, false)).toMatchObject({
    kind: 'by-stack',
    stacks: [{ stackName: 'team-a', decision: kept }],
  });
});

test.each<[string, Partial<MeantRepository>, string | undefined, boolean]>([
  ['is the one that is meant', { names: ['team-a-images-1'] }, 'team-a', true],
  ['is of no stack', { isUnnamed: true }, undefined, true],
  ['is in a snippet, which cannot have conditions', { isUnnamed: true }, 'team-a', false],
])('it is kept where the repository %s', async (_title, meant, stackName, mayDependOnStack) => {
  expect(await guard(meant, stackName, mayDependOnStack)).toMatchObject(kept);
});

test.each<[string, Partial<GuardOptions>, boolean]>([
  [
    'cloudformation:DescribeStackResources',
    { repositoryStacks: { stackOf: denied('DescribeStackResources') } },
    false,
  ],
  ['tag:GetResources', { stackTags: { stackRepositories: denied('GetResources') } }, true],
])('the permission to add is named where %s is denied', async (action, more, isTagged) => {
  const note = `The stacks of these repositories were not read (${action} is not allowed). Allow the role of the macro ${action}`;
  const keeps = await report({ patterns: ['*'] }, 'team-a', more, isTagged);
  expect(keeps).toMatchObject({ outcome: kept, unreadStacks: { code: 'denied', action } });
  expect(keeps && guardClause(keeps)).toContain(note);
  // Two policies made by hand, of which none is right for both.
  const lifecyclePolicy = async (name: string) =>
    name === 'other' ? byHand.replace('ours', 'theirs') : byHand;
  const ecr = { repositories: async () => [], lifecyclePolicy, images: async () => [] };
  const conflict = await report(
    { names: ['team-a-images-1', 'other'] },
    'team-a',
    { ...more, ecr },
    isTagged,
  );
  expect(conflict).toMatchObject({ outcome: { kind: 'conflict' }, unreadStacks: { code: 'denied', action } });
  const clause = conflict && guardClause(conflict);
  expect(clause).toMatch(/^It can be any of /);
  expect(clause).toContain(`${note}. Set a RepositoryName that does not depend on the stack`);
  expect(clause).not.toContain('secret');
});

test('what to set instead is enough until the policy takes effect, up to a day later', async () => {
  const day = 24 * 60 * 60 * 1000;
  const at = Date.parse('2026-11-28');
  const archiving = (ArchiveUnpulledAfterDays: number) =>
    lifecyclePolicyText({
      KeepImages: 20,
      ExpireUntaggedAfterDays: 14,
      ProtectedTags: [],
      ArchiveUnpulledAfterDays,
    });
  const image = {
    digest: 'sha256:1',
    size: 1,
    isImageIndex: false,
    isArchived: false,
    tags: ['v1'],
    pushedAt: at - 200 * day,
    pulledAt: at - 90.5 * day,
  };
  const ecr = {
    repositories: async () => [],
    lifecyclePolicy: async () => undefined,
    images: async () => [image],
  };
  const remedyOf = async (days: number) =>
    (await report({ names: ['app'] }, 'team-a', { ecr }, true, archiving(days)))?.remedy;
  expect(await remedyOf(30)).toEqual({ ArchiveUnpulledAfterDays: 92 });
  expect(await remedyOf(91)).toEqual({ ArchiveUnpulledAfterDays: 92 });
  expect(await remedyOf(92)).toBeUndefined();
});
