import { describe, expect, test } from '@jest/globals';
import { nearest } from '../../../core/nearest.ts';
import { policyNames } from '../../../core/policy/policy.ts';
import { unknownName } from '../../../wording/unknown-name.ts';

describe('the nearest name', () => {
  test.each([
    ['KeepImage', 'KeepImages'],
    ['keepimages', 'KeepImages'],
    ['ExpireUntaggedAfterDay', 'ExpireUntaggedAfterDays'],
    ['Enforcment', 'Enforcement'],
    ['KMSKey', 'KmsKey'],
    ['Nonsense', undefined],
    ['', undefined],
  ])('to %j is %j', (name, expected) => {
    expect(nearest(name, policyNames)).toBe(expected);
  });

  test('is offered, or else everything that is allowed', () => {
    expect(unknownName('control', 'Retian', ['Retain', 'Encryption'])).toBe(
      'unknown control "Retian"; did you mean Retain?',
    );
    expect(unknownName('control', 'x', ['Retain', 'Encryption'])).toBe(
      'unknown control "x"; allowed are Retain, Encryption',
    );
  });
});
