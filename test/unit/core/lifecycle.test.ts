import { describe, expect, test } from '@jest/globals';
import type { Issue } from '../../../core/issue.ts';
import type { JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { definiteIssues, lifecyclePolicyIssues } from '../../../core/lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from '../../../core/lifecycle/notes.ts';
import { issueClause } from '../../../wording/issues.ts';
import { pathText } from '../../../wording/path.ts';
import { shownValues } from '../../../wording/values.ts';

const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
const any = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 };
const tagged = {
  tagStatus: 'tagged',
  tagPrefixList: ['release'],
  countType: 'imageCountMoreThan',
  countNumber: 9,
};
const expire = { type: 'expire' };
const rule = (selection: JsonObject, more: JsonObject = {}) => ({
  rulePriority: 1,
  description: 'long enough for a text of at least a hundred characters',
  selection,
  action: expire,
  ...more,
});
const archived = {
  tagStatus: 'any',
  storageClass: 'archive',
  countType: 'sinceImageTransitioned',
  countUnit: 'days',
  countNumber: 90,
};
const archive = { type: 'transition', targetStorageClass: 'archive' };
const manyRules = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    rule({ ...tagged, tagPrefixList: [`${index}-`] }, { rulePriority: index + 1, description: '' }),
  );
const reasonOf = (issue: Issue) => issueClause(issue.code, issue, shownValues);
const told = (...rules: JsonObject[]) =>
  lifecyclePolicyIssues(JSON.stringify({ rules })).map(
    (issue) => `${pathText(issue.path)} ${reasonOf(issue)}`,
  );

describe('a lifecycle policy text', () => {
  test.each([
    ['two rules', [rule(untagged), rule(any, { rulePriority: 2 })]],
    [
      'gaps between the priorities, in any order',
      [rule(any, { rulePriority: 90 }), rule(untagged, { rulePriority: 7 })],
    ],
    ['patterns', [rule({ ...any, tagStatus: 'tagged', tagPatternList: ['*a*b*c*', 'd'] })]],
    [
      'the archive, and then its own rule for any image',
      [
        rule(
          { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 30 },
          { action: { type: 'transition', targetStorageClass: 'archive' } },
        ),
        rule(
          {
            ...untagged,
            tagStatus: 'any',
            storageClass: 'archive',
            countType: 'sinceImageTransitioned',
            countNumber: 90,
          },
          { rulePriority: 2 },
        ),
      ],
    ],
    [
      'lists of which neither holds the other',
      [rule(tagged), rule({ ...tagged, tagPrefixList: ['dev'] }, { rulePriority: 2 })],
    ],
    [
      'the narrower list first',
      [
        rule({ ...any, tagStatus: 'tagged', tagPatternList: ['release*', 'prod*'] }),
        rule({ ...any, tagStatus: 'tagged', tagPatternList: ['release*'] }, { rulePriority: 2 }),
      ],
    ],
    [
      'the narrower prefix first',
      [rule({ ...tagged, tagPrefixList: ['release-1'] }), rule(tagged, { rulePriority: 2 })],
    ],
    [
      'an equal prefix in each storage class',
      [
        rule(tagged),
        rule(
          {
            ...archived,
            tagStatus: 'tagged',
            tagPrefixList: ['release'],
          },
          { rulePriority: 2 },
        ),
      ],
    ],
    ['50 rules', manyRules(50)],
  ])('is sound with %s', (_name, rules) => {
    expect(told(...rules)).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    [
      'an unknown key',
      rule(any, { rulePriorty: 1 }),
      'rules[0].rulePriorty unknown key "rulePriorty"; did you mean rulePriority?',
    ],
    [
      'no priority',
      rule(any, { rulePriority: 0 }),
      'rules[0].rulePriority must be a whole number from 1, not the number 0',
    ],
    [
      'a count as text',
      rule({ ...any, countNumber: '20' }),
      'rules[0].selection.countNumber must be a whole number from 1, not the string "20"',
    ],
    [
      'no unit',
      rule({ ...untagged, countUnit: 'hours' }),
      'rules[0].selection.countUnit must be days, not the string "hours"',
    ],
    [
      'a unit of a count',
      rule({ ...any, countUnit: 'days' }),
      'rules[0].selection.countUnit does not go with imageCountMoreThan',
    ],
    [
      'an unknown status',
      rule({ ...any, tagStatus: 'all' }),
      'rules[0].selection.tagStatus must be one of tagged, untagged, any, not the string "all"',
    ],
    [
      'no list for tagged',
      rule({ ...any, tagStatus: 'tagged' }),
      'rules[0].selection.tagStatus tagged needs either tagPatternList or tagPrefixList',
    ],
    [
      'both lists',
      rule({ ...tagged, tagPatternList: ['a'] }),
      'rules[0].selection.tagStatus tagged needs either tagPatternList or tagPrefixList',
    ],
    [
      'a list for untagged',
      rule({ ...untagged, tagPrefixList: ['a'] }),
      'rules[0].selection.tagPrefixList goes with tagStatus tagged only',
    ],
    [
      'an empty list',
      rule({ ...tagged, tagPrefixList: [] }),
      'rules[0].selection.tagPrefixList must be a list of at least one text',
    ],
    [
      'five wildcards',
      rule({ ...any, tagStatus: 'tagged', tagPatternList: ['a*b*c*d*e*'] }),
      'rules[0].selection.tagPatternList[0] may have at most 4 wildcards',
    ],
    [
      'the archive without its count',
      rule({ ...any, storageClass: 'archive' }),
      'rules[0].selection.storageClass must be archive exactly when countType is sinceImageTransitioned, not the string "archive"',
    ],
    [
      'a description that is no text',
      rule(any, { description: null }),
      'rules[0].description must be text, not null',
    ],
    [
      'an unknown storage class',
      rule({ ...any, storageClass: 'glacier' }),
      'rules[0].selection.storageClass must be standard or archive, not the string "glacier"',
    ],
    [
      'null as the storage class',
      rule({ ...any, storageClass: null }),
      'rules[0].selection.storageClass must be standard or archive, not null',
    ],
    [
      'less than 90 days in the archive',
      rule({ ...archived, countNumber: 89 }),
      'rules[0].selection.countNumber must be a whole number from 90, not the number 89',
    ],
    [
      'a way from the archive to the archive',
      rule(archived, { action: archive }),
      'rules[0].action.type must be expire for countType sinceImageTransitioned, whose images are in the archive already',
    ],
    [
      'a prefix twice in a list',
      rule({ ...tagged, tagPrefixList: ['a', 'b', 'a'] }),
      'rules[0].selection.tagPrefixList[2] "a" is also a prefix of rules[0]; ECR takes each prefix once',
    ],
    [
      'null for what is not used',
      rule({ ...any, tagPrefixList: null }),
      'rules[0].selection.tagPrefixList goes with tagStatus tagged only',
    ],
    [
      'an unknown action',
      rule(any, { action: { type: 'delete' } }),
      'rules[0].action.type must be expire or transition, not the string "delete"',
    ],
    [
      'a transition to nowhere',
      rule(any, { action: { type: 'transition' } }),
      'rules[0].action.targetStorageClass must be archive, not nothing',
    ],
    [
      'an expiry by pulls',
      rule({ ...untagged, countType: 'sinceImagePulled' }),
      'rules[0].action.type must be transition for countType sinceImagePulled, which expires nothing',
    ],
  ])('is refused for %s', (_name, one, problem) => {
    expect(told(one)).toContain(problem);
  });

  test.each<[string, JsonObject[], string]>([
    [
      'a priority twice',
      [rule(tagged), rule(untagged)],
      'rules[1].rulePriority 1 is also the priority of rules[0]; each rule needs its own',
    ],
    [
      'a rule after any',
      [rule(any), rule(untagged, { rulePriority: 2 })],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'any twice',
      [rule(any, { rulePriority: 2 }), rule(any)],
      'rules[0] can never fire: rules[1] comes before it and takes every image that it matches',
    ],
    [
      'untagged twice',
      [rule(untagged), rule(untagged, { rulePriority: 2 })],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'a list that demands more',
      [rule(tagged), rule({ ...tagged, tagPrefixList: ['a', 'release'] }, { rulePriority: 2 })],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'a longer prefix after a shorter one',
      [rule(tagged), rule({ ...tagged, tagPrefixList: ['release-1'] }, { rulePriority: 2 })],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'a pattern inside one before it',
      [
        rule({ ...any, tagStatus: 'tagged', tagPatternList: ['*-rc*'] }),
        rule({ ...any, tagStatus: 'tagged', tagPatternList: ['v*-rc*-arm', 'x'] }, { rulePriority: 2 }),
      ],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'a prefix after a pattern for it',
      [rule({ ...any, tagStatus: 'tagged', tagPatternList: ['rel*'] }), rule(tagged, { rulePriority: 2 })],
      'rules[1] can never fire: rules[0] comes before it and takes every image that it matches',
    ],
    [
      'a prefix in two rules',
      [
        rule({ ...tagged, tagPrefixList: ['release', 'prod'] }),
        rule({ ...tagged, tagPrefixList: ['release'] }, { rulePriority: 2 }),
      ],
      'rules[1].selection.tagPrefixList[0] "release" is also a prefix of rules[0]; ECR takes each prefix once',
    ],
    ['51 rules', manyRules(51), 'rules has 51 rules, and ECR allows at most 50'],
  ])('is refused for %s', (_name, rules, problem) => {
    expect(told(...rules)).toEqual([problem]);
  });

  test('is refused when it is no JSON, no map, or too short or long for ECR', () => {
    const reasons = (text: string) => lifecyclePolicyIssues(text).map(reasonOf);
    expect(reasons('rules: []')).toEqual([expect.stringMatching(/^is not JSON: /)]);
    expect(reasons('[]')).toEqual(['must be a map with a list "rules" of at least one rule']);
    const short = JSON.stringify({ rules: [{ ...rule(any), description: '' }] }).replace(
      ',"description":""',
      '',
    );
    expect(reasons(short)).toEqual(short.length < 100 ? [expect.stringMatching(/^must have 100 to/)] : []);
    expect(told(rule(any, { description: 'x'.repeat(31_000) }))).toEqual([
      expect.stringMatching(/must have 100 to 30720 characters, not 31\d{3}$/),
    ]);
  });
});

describe('the author of a lifecycle policy is reminded that an image must match all entries of a list', () => {
  const notes = (selection: JsonObject) =>
    lifecyclePolicyNotes(JSON.stringify({ rules: [rule({ ...any, tagStatus: 'tagged', ...selection })] }));

  test.each([
    ['names that no tag can have at once', { tagPatternList: ['main', 'release', 'cache'] }],
    ['patterns that no tag can match at once', { tagPatternList: ['v*', 'release-*'] }],
    ['prefixes', { tagPrefixList: ['alpha', 'beta'] }],
    ['a pattern inside another', { tagPatternList: ['v*', 'v1.*'] }],
  ])('by %s', (_name, selection) => {
    expect(notes(selection)).toMatchObject([{ code: 'all-must-match' }]);
  });

  test.each([
    ['one pattern', { tagPatternList: ['v*'] }],
    ['patterns that a tag can match at once', { tagPatternList: ['v*', '*-alpine'] }],
  ])('but not by %s', (_name, selection) => {
    expect(notes(selection)).toEqual([]);
  });
});

describe('a lifecycle policy text of which parts are not known', () => {
  const hole = '7654321';
  const proven = (text: string) => definiteIssues(text, hole).map(({ path }) => pathText(path));

  test('is proven wrong only by what no substitution mends', () => {
    expect(
      proven(`{"rules":[{"rulePriority":${hole},"selection":{},"action":{"type":"expire"}}]}`),
    ).toContain('rules[0].selection.countNumber');
    expect(proven('rules: []')).toEqual(['']);
  });

  test.each([
    hole,
    `{"rules":${hole}}`,
    `{"rules":[${hole}]}`,
    `{"rules":[{"rulePriority":1,"selection":${hole},"action":{}}]}`,
    `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"${hole}","countNumber":1},"action":{"type":"expire"}}]}`,
    `{ "rules": [ ${hole}`,
  ])('is left alone when it may yet be right: %s', (text) => {
    expect(proven(text)).toEqual([]);
  });
});

describe('the lifecycle policy that a repository gets', () => {
  const text = (more: object) =>
    lifecyclePolicyText({ KeepImages: 20, ExpireUntaggedAfterDays: 14, ProtectedTags: [], ...more });

  test.each([
    {},
    { KeepImages: 0 },
    { ExpireUntaggedAfterDays: 0 },
    { KeepImages: 100_000, ExpireUntaggedAfterDays: 100_000 },
    { ProtectedTags: Array.from({ length: 40 }, (_, index) => `${'x'.repeat(126)}${index}`.slice(-128)) },
  ])('is one that ECR takes: %j', (more) => {
    expect(lifecyclePolicyIssues(text(more) ?? '')).toEqual([]);
  });

  test('protects tags before anything expires, and judges any image last', () => {
    const { rules } = JSON.parse(text({ ProtectedTags: ['release-*', 'v*'] }) ?? '');
    expect(
      rules.map(({ selection }: { selection: JsonObject }) => [
        selection.tagStatus,
        selection.tagPatternList,
      ]),
    ).toEqual([
      ['tagged', ['release-*']],
      ['tagged', ['v*']],
      ['untagged', undefined],
      ['any', undefined],
    ]);
    expect(rules[0].selection.countNumber).toBeGreaterThan(100_000);
  });

  test('is none when nothing expires', () => {
    expect(text({ KeepImages: 0, ExpireUntaggedAfterDays: 0, ProtectedTags: ['v*'] })).toBeUndefined();
  });
});
