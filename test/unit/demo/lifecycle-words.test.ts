import { describe, expect, test } from '@jest/globals';
import { lifecycleWords } from '../../../local/demo/lifecycle-words.ts';

const expire = { type: 'expire' };
const policy = (...rules: object[]) => JSON.stringify({ rules });

describe('a lifecycle policy in words', () => {
  test('none is said to be none', () => {
    expect(lifecycleWords(undefined)).toBe('none');
  });

  test('rules come in the order of their priority, not of the text', () => {
    const text = policy(
      {
        rulePriority: 20,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
        action: expire,
      },
      {
        rulePriority: 3,
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: 14,
        },
        action: expire,
      },
    );
    expect(lifecycleWords(text)).toBe('untagged 14 days · newest 20');
  });

  test.each([
    [
      { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      'expire',
      'untagged newest 1',
    ],
    [
      { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      'expire',
      'any 1 day',
    ],
    [
      { tagStatus: 'tagged', tagPrefixList: ['v', 'rel-'], countType: 'imageCountMoreThan', countNumber: 9 },
      'expire',
      'v* and rel-* newest 9',
    ],
    [
      {
        tagStatus: 'tagged',
        tagPatternList: ['*-dev'],
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: 3,
      },
      'expire',
      '*-dev 3 days',
    ],
    [
      { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 },
      'transition',
      'archive any 90 days unpulled',
    ],
    [
      {
        tagStatus: 'any',
        storageClass: 'archive',
        countType: 'sinceImageTransitioned',
        countUnit: 'days',
        countNumber: 365,
      },
      'expire',
      'any 365 days archived',
    ],
  ])('%j', (selection, type, words) => {
    expect(lifecycleWords(policy({ rulePriority: 1, selection, action: { type } }))).toBe(words);
  });

  test.each([
    ['no JSON', 'an unreadable policy'],
    ['{"rules":{}}', 'an unreadable policy'],
    ['{"rules":[]}', 'a policy without rules'],
    [
      policy({ rulePriority: 7, selection: { tagStatus: 'sometimes' }, action: expire }),
      'rule 7 of an unknown kind',
    ],
    [
      policy({
        rulePriority: 8,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'hide' },
      }),
      'rule 8 of an unknown kind',
    ],
  ])('what cannot be read is not guessed at: %s', (text, words) => {
    expect(lifecycleWords(text)).toBe(words);
  });
});
