import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../core/json.ts';
import { check } from '../../../index.ts';

/** Whether check says of a filter with a parameter that is not known, beside others that are, that it is not known. */
function isUndetermined(value: Json, parameter: Json, others: readonly string[] = []): boolean {
  const filters = [value, ...others].map((each) => ({
    ImageTagMutabilityExclusionFilterType: 'WILDCARD',
    ImageTagMutabilityExclusionFilterValue: each,
  }));
  const found = check({
    Parameters: { Team: parameter },
    Resources: {
      Orders: {
        Type: 'AWS::ECR::Repository',
        Properties: {
          ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
          ImageTagMutabilityExclusionFilters: filters,
        },
      },
    },
  });
  return found.some(({ path }) => path.includes('ImageTagMutabilityExclusionFilters'));
}

describe('an exclusion filter with a parameter that is not known before deployment', () => {
  const any = { Type: 'String' };
  test.each<[string, Json, Json, readonly string[], boolean]>([
    ['can become *-*', { 'Fn::Sub': `\${Team}-*` }, any, [], true],
    ['can become *.*', { 'Fn::Join': ['.', ['*', { Ref: 'Team' }]] }, any, [], true],
    ['ends in what few tags end in', { 'Fn::Sub': `\${Team}-cache` }, any, [], false],
    ['begins with what few tags begin with', { 'Fn::Sub': `dev-\${Team}` }, any, [], false],
    ['is one of many tags with the others', { 'Fn::Sub': `v\${Team}` }, any, ['1.*', 'release-*'], true],
    ['has allowed values', { 'Fn::Sub': `\${Team}-*` }, { ...any, AllowedValues: ['a', 'b'] }, [], false],
    [
      'has a wildcard among them',
      { 'Fn::Sub': `\${Team}-*` },
      { ...any, AllowedValues: ['a', '*'] },
      [],
      true,
    ],
  ])('%s', (_what, value, parameter, others, expected) => {
    expect(isUndetermined(value, parameter, others)).toBe(expected);
  });
});
