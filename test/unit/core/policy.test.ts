import { expect, test } from '@jest/globals';
import {
  applicationPolicy,
  builtInPolicy,
  policyNames,
  policyParameters,
} from '../../../core/policy/policy.ts';

test.each(policyNames)('the built-in %s as text is read as itself, so that it need not be read', (name) => {
  expect(policyParameters[name].parse(String(builtInPolicy[name]))).toEqual({ value: builtInPolicy[name] });
});

test('the texts of the built-in policy are the built-in policy, and others are read', () => {
  const texts = Object.fromEntries(policyNames.map((name) => [name, String(builtInPolicy[name])]));
  expect(applicationPolicy(texts)).toEqual({ policy: builtInPolicy, findings: [] });
  expect(applicationPolicy({ ...texts, KeepImages: '30', Retain: 'true' })).toEqual({
    policy: { ...builtInPolicy, KeepImages: 30, Retain: true },
    findings: [],
  });
  expect(applicationPolicy({ ...texts, KeepImages: 'many' }).findings).toMatchObject([
    { code: 'not-a-count', outcome: 'invalid' },
  ]);
});
