import { describe, expect, test } from '@jest/globals';
import type { ControlFinding } from '../../../cloudformation/control-context.ts';
import { guardedFinding, textOfDefault } from '../../../cloudformation/guarded-default.ts';
import { stackConditions } from '../../../cloudformation/stack-conditions.ts';
import type { GuardCause } from '../../../core/usage/guard.ts';
import type { GuardOutcome, GuardReport, SettledDecision } from '../../../core/usage/guard-report.ts';

const path = ['Properties', 'LifecyclePolicy'];
const written: ControlFinding = {
  code: 'no-lifecycle-policy',
  path,
  outcome: 'set',
  after: { LifecyclePolicyText: 'new' },
};
const report = (outcome: GuardOutcome, affected = 0): GuardReport => ({
  outcome,
  affected,
  remedy: undefined,
  unread: [],
});
const harms: GuardCause = {
  repository: 'app',
  code: 'harms',
  effect: { expiring: 1, archiving: 0, inUse: [] },
};
const foreign: GuardCause = { repository: 'app', code: 'not-default' };
const unread: GuardCause = { repository: 'app', code: 'unread', unread: [] };
const withhold = (cause: GuardCause): SettledDecision => ({ kind: 'withhold', causes: [cause] });
const keep = (cause: GuardCause, text = 'old'): SettledDecision => ({
  kind: 'keep-present',
  text,
  causes: [cause],
});
const old = { LifecyclePolicyText: 'old' };

describe('what becomes of a default lifecycle policy', () => {
  test.each<[string, GuardOutcome, 'Withhold' | 'Refuse', Partial<ControlFinding>]>([
    [
      'withheld',
      withhold(harms),
      'Withhold',
      { code: 'default-withheld', outcome: 'kept', after: undefined },
    ],
    [
      'withheld',
      withhold(unread),
      'Withhold',
      { code: 'default-withheld', outcome: 'kept', after: undefined },
    ],
    [
      'refused',
      withhold(harms),
      'Refuse',
      { code: 'default-withheld', outcome: 'violation', after: undefined },
    ],
    ['refused', withhold(unread), 'Refuse', { outcome: 'violation', after: undefined }],
    ['written back', keep(harms), 'Withhold', { code: 'policy-written-back', outcome: 'set', after: old }],
    ['refused', keep(harms), 'Refuse', { code: 'policy-written-back', outcome: 'violation' }],
    ['written back', keep(foreign), 'Refuse', { code: 'policy-written-back', outcome: 'set', after: old }],
    [
      'refused',
      { kind: 'cannot-know', unread: [] },
      'Withhold',
      { code: 'default-undecided', outcome: 'invalid' },
    ],
    ['refused', { kind: 'conflict', repositories: [], causes: [] }, 'Withhold', { outcome: 'invalid' }],
    ['refused', { kind: 'not-found', reason: { code: 'out-of-time' } }, 'Withhold', { outcome: 'invalid' }],
  ])('is %s: %j under %s', (_title, outcome, mode, expected) => {
    expect(guardedFinding(written, report(outcome), mode)).toMatchObject(expected);
  });

  test('a default that affects nothing is the same finding, one that does says so', () => {
    expect(guardedFinding(written, report({ kind: 'write' }), 'Refuse')).toBe(written);
    expect(guardedFinding(written, report({ kind: 'write' }, 3), 'Refuse')).toMatchObject({
      code: 'default-guarded',
      outcome: 'set',
      after: written.after,
    });
  });

  test('beside another key of the map it is the text that is written', () => {
    const text = { ...written, after: 'new' };
    expect(textOfDefault(text)).toBe('new');
    expect(textOfDefault(written)).toBe('new');
    expect(guardedFinding(text, report(keep(harms)), 'Withhold').after).toBe('old');
  });

  test('a present policy cannot make CloudFormation resolve a secret', () => {
    const text = '{"rules":[{"description":"{{resolve:secretsmanager:key}}"}]}';
    const { after } = guardedFinding({ ...written, after: 'new' }, report(keep(foreign, text)), 'Withhold');
    expect(after).not.toContain('{{resolve:');
    expect(JSON.parse(String(after))).toEqual(JSON.parse(text));
  });

  test('each stack gets its own where no text is right for all', () => {
    const outcome: GuardOutcome = {
      kind: 'by-stack',
      stacks: [
        { stackName: 'a-0', decision: keep(foreign) },
        { stackName: 'b', decision: withhold(harms) },
      ],
      otherwise: { kind: 'write' },
    };
    const found = guardedFinding(written, report(outcome), 'Withhold');
    const rest = { 'Fn::If': ['EcrHardeningStackIsb', { Ref: 'AWS::NoValue' }, written.after] };
    expect(found).toMatchObject({ code: 'policy-by-stack', outcome: 'set' });
    expect(found.after).toEqual({ 'Fn::If': ['EcrHardeningStackIsa0d00', old, rest] });
    expect(stackConditions([report(outcome), report({ kind: 'write' })]).conditions).toEqual({
      EcrHardeningStackIsa0d00: { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'a-0'] },
      EcrHardeningStackIsb: { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'b'] },
    });
    expect(guardedFinding(written, report(outcome), 'Refuse').outcome).toBe('violation');
  });
});
