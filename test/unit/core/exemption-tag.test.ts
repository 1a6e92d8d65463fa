import { describe, expect, test } from '@jest/globals';
import { controlNames } from '../../../core/controls/index.ts';
import {
  endsSoon,
  exemptControls,
  exemptionTagValue,
  parseExemptionTag,
} from '../../../core/policy/exemption-tag.ts';
import fc from '../../support/fast-check.ts';

const today = '2026-11-28';
const read = (value: string) => parseExemptionTag(value, today);
const inForce = { state: 'in force' };

describe('the tag of an exemption', () => {
  test('names controls, may end, and has a reason', () => {
    expect(read('TagImmutability+ScanOnPush until 2027-01-31: the vendor overwrites stable')).toEqual({
      controls: ['TagImmutability', 'ScanOnPush'],
      until: '2027-01-31',
      reason: 'the vendor overwrites stable',
      ...inForce,
    });
    expect(read('PublicAccess: a mirror')).toEqual({
      controls: ['PublicAccess'],
      until: undefined,
      reason: 'a mirror',
      ...inForce,
    });
  });

  test('is read without the colon too, with spaces around the plus, in the order of the controls', () => {
    expect(read(' ScanOnPush + TagImmutability  until 2027-01-31 a mirror ')).toEqual({
      controls: ['TagImmutability', 'ScanOnPush'],
      until: '2027-01-31',
      reason: 'a mirror',
      ...inForce,
    });
    expect(read('ScanOnPush a mirror')).toMatchObject({ reason: 'a mirror', until: undefined });
    expect(read('ScanOnPush: until the move')).toMatchObject({ reason: 'until the move', until: undefined });
    expect(read('ScanOnPush untilled soil')).toMatchObject({ reason: 'untilled soil', until: undefined });
  });

  test('counts on its last day, and not after it', () => {
    expect(read(`ScanOnPush until ${today}: a mirror`)).toMatchObject(inForce);
    expect(read('ScanOnPush until 2026-11-27: a mirror')).toMatchObject({ state: 'ended' });
  });

  test.each([
    ['', 'exemption-unknown-control', ''],
    ['a mirror', 'exemption-unknown-control', 'a'],
    ['tagimmutability: a mirror', 'exemption-unknown-control', 'tagimmutability'],
    ['TagImmutability+: a mirror', 'exemption-unknown-control', ''],
    ['TagImmutability,ScanOnPush: a mirror', 'exemption-unknown-control', 'TagImmutability,ScanOnPush'],
    ['ScanOnPush until 2027-02-31: a mirror', 'exemption-not-a-day', '2027-02-31'],
    ['ScanOnPush until the move', 'exemption-not-a-day', 'the'],
    ['ScanOnPush until', 'exemption-not-a-day', ''],
    ['ScanOnPush', 'exemption-without-reason', 'ScanOnPush'],
    ['ScanOnPush until 2027-01-31', 'exemption-without-reason', 'ScanOnPush until 2027-01-31'],
    ['ScanOnPush until 2027-01-31: ', 'exemption-without-reason', 'ScanOnPush until 2027-01-31: '],
  ] as const)('%j is none: %s', (value, code, actual) => {
    expect(read(value)).toEqual({ problem: { code, actual } });
    expect(exemptControls(value, today, { AllowExemptions: true })).toEqual([]);
  });

  test('exempts on a day, where exemptions are allowed', () => {
    const value = 'TagImmutability+Retain until 2027-01-31: a mirror';
    const allowed = { AllowExemptions: true };
    expect(exemptControls(value, '2027-01-31', allowed)).toEqual(['TagImmutability', 'Retain']);
    expect(exemptControls(value, '2027-02-01', allowed)).toEqual([]);
    expect(exemptControls(value, today, { AllowExemptions: false })).toEqual([]);
    expect(exemptControls(undefined, today, allowed)).toEqual([]);
  });

  test('ends within 14 days, its last day included', () => {
    expect(endsSoon({ until: '2026-12-12' }, today)).toBe(true);
    expect(endsSoon({ until: '2026-12-13' }, today)).toBe(false);
    expect(endsSoon({ until: today }, today)).toBe(true);
    expect(endsSoon({ until: '2026-11-27' }, today)).toBe(false);
    expect(endsSoon({ until: undefined }, today)).toBe(false);
  });

  test('is written without what a tag cannot have, and says so', () => {
    const exemption = { controls: ['ScanOnPush'] as const, until: undefined };
    expect(exemptionTagValue({ ...exemption, reason: "can't scan, yet (#12)" })).toEqual({
      value: 'ScanOnPush: can t scan yet 12',
      isReasonWhole: false,
    });
    expect(exemptionTagValue({ ...exemption, reason: '?!' })).toBeUndefined();
    expect(exemptionTagValue({ ...exemption, controls: [], reason: 'a mirror' })).toBeUndefined();
    expect(exemptionTagValue({ ...exemption, until: 'soon', reason: 'a mirror' })).toBeUndefined();
    expect(exemptionTagValue({ ...exemption, reason: 'x'.repeat(300) })?.value).toHaveLength(255);
  });

  const exemptions = fc.record({
    controls: fc.subarray([...controlNames], { minLength: 1 }),
    until: fc.option(
      fc
        .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
      { nil: undefined },
    ),
    reason: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.stringMatching(/^[a-zé :.+@/=_-]{1,60}$/),
      fc.constant('until 2027-01-31: the move'),
    ),
  });

  test('as written is read as the same exemption', () => {
    fc.assert(
      fc.property(exemptions, (exemption) => {
        const written = exemptionTagValue(exemption);
        if (written === undefined) return;
        const { value, isReasonWhole } = written;
        // ECR's grammar of a value, and CloudFormation's length.
        expect(value).toMatch(/^[\p{L}\p{N} +\-=._:/@]{1,255}$/u);
        const { controls, until } = exemption;
        const parsed = read(value);
        expect(parsed).toMatchObject({ controls, until });
        if (isReasonWhole) expect(parsed).toMatchObject({ reason: exemption.reason.trim() });
        if (!('problem' in parsed)) expect(exemptionTagValue(parsed)).toEqual({ value, isReasonWhole: true });
      }),
    );
  });

  test('is never misread, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^ScanOnPush[ :+a-z0-9-]*$/)), (value) => {
        const parsed = read(value);
        if ('problem' in parsed) return;
        expect(parsed.controls.length).toBeGreaterThan(0);
        expect(parsed.reason).not.toBe('');
      }),
    );
  });
});
