import { CreateRepositoryCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyIssues } from '../../../core/lifecycle/grammar.ts';
import { clients, uniqueName } from '../support/stacks.ts';

/** The local AWS and the grammar, which the macro and the custom resource share, refuse the same policies. */

const { ecr } = clients;
const repositoryName = uniqueName('grammar');
beforeAll(() => ecr.send(new CreateRepositoryCommand({ repositoryName })));

const expire = { type: 'expire' };
const archive = { type: 'transition', targetStorageClass: 'archive' };
const any = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 30 };
const tagged = (...tagPrefixList: string[]) => ({ ...any, tagStatus: 'tagged', tagPrefixList });
const archived = (countNumber: number) => ({
  ...any,
  storageClass: 'archive',
  countType: 'sinceImageTransitioned',
  countUnit: 'days',
  countNumber,
});
const pulled = { ...any, countType: 'sinceImagePulled', countUnit: 'days' };
const rule = (selection: JsonObject, action: JsonObject = expire, more: JsonObject = {}) => ({
  description: 'long enough for a text of at least a hundred characters',
  selection,
  action,
  ...more,
});
const textOf = (rules: readonly JsonObject[]) =>
  JSON.stringify({ rules: rules.map((each, index) => ({ rulePriority: index + 1, ...each })) });
const many = (count: number) => Array.from({ length: count }, (_, index) => rule(tagged(`${index}-`)));

async function isRefused(lifecyclePolicyText: string): Promise<boolean> {
  try {
    await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    return false;
  } catch (error) {
    expect(error).toMatchObject({ name: 'InvalidParameterException' });
    return true;
  }
}

describe('a lifecycle policy that ECR refuses', () => {
  test.each<[string, JsonObject[]]>([
    ['a description that is null', [rule(any, expire, { description: null })]],
    ['a description that is no text', [rule(any, expire, { description: 5 })]],
    ['a storage class that is null', [rule({ ...any, storageClass: null })]],
    ['an unknown storage class', [rule({ ...any, storageClass: 'glacier' })]],
    ['51 rules', many(51)],
    ['30 days in the archive', [rule(archived(30))]],
    ['a transition from the archive', [rule(archived(90), archive)]],
    ['an expiry by pulls', [rule(pulled)]],
    ['a transition to nowhere', [rule(any, { type: 'transition' })]],
    ['an unknown action', [rule(any, { type: 'delete' })]],
    ['an age without its unit', [rule({ ...any, countType: 'sinceImagePushed' })]],
    ['a count with a unit', [rule({ ...any, countUnit: 'days' })]],
    ['five wildcards', [rule({ ...any, tagStatus: 'tagged', tagPatternList: ['*a*b*c*d*'] })]],
    [
      'two rules for untagged images',
      [
        { ...any, tagStatus: 'untagged' },
        { ...any, tagStatus: 'untagged' },
      ].map((each) => rule(each)),
    ],
    ['a prefix twice', [rule(tagged('a', 'b')), rule(tagged('b'))]],
    ['a rule after one for any image', [rule(any), rule(tagged('a'))]],
  ])('with %s is refused by both', async (_what, rules) => {
    expect(lifecyclePolicyIssues(textOf(rules))).not.toEqual([]);
    expect(await isRefused(textOf(rules))).toBe(true);
  });
});

describe('a lifecycle policy that ECR takes', () => {
  test.each<[string, JsonObject[]]>([
    ['50 rules', many(50)],
    ['the archive, then 90 days in it', [rule(pulled, archive), rule(archived(90))]],
    ['the standard class by name', [rule({ ...any, storageClass: 'standard' })]],
    [
      'an equal prefix in the other class',
      [rule(tagged('a')), rule({ ...archived(90), ...{ tagStatus: 'tagged', tagPrefixList: ['a'] } })],
    ],
    ['no description', [rule(tagged('a', 'b')), rule(any)].map(({ description: _, ...rest }) => rest)],
  ])('with %s is taken by both', async (_what, rules) => {
    expect(lifecyclePolicyIssues(textOf(rules))).toEqual([]);
    expect(await isRefused(textOf(rules))).toBe(false);
  });
});
