import { describe, expect, test } from '@jest/globals';
import type { ControlFinding } from '../../../cloudformation/control-context.ts';
import { guardedFinding } from '../../../cloudformation/guarded-default.ts';
import { stackConditions } from '../../../cloudformation/stack-conditions.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import type { GuardCause } from '../../../core/usage/guard.ts';
import type { GuardReport, SettledDecision } from '../../../core/usage/guard-report.ts';
import { guardClause } from '../../../wording/lifecycle-guard.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

const textOf = (KeepImages: number) =>
  lifecyclePolicyText({ KeepImages, ExpireUntaggedAfterDays: 14, ProtectedTags: [] }) ?? '';
const written: ControlFinding = {
  code: 'no-lifecycle-policy',
  path: ['Properties', 'LifecyclePolicy'],
  outcome: 'set',
  after: { LifecyclePolicyText: textOf(20) },
};
const causes: readonly GuardCause[] = [{ repository: 'app', code: 'not-default' }];
const keep = (text: string): SettledDecision => ({ kind: 'keep-present', text, causes });
const write: SettledDecision = { kind: 'write' };
const withhold: SettledDecision = { kind: 'withhold', causes };

const reportOf = (
  byStack: ReadonlyMap<string, SettledDecision>,
  otherwise: SettledDecision,
): GuardReport => ({
  outcome: {
    kind: 'by-stack',
    stacks: [...byStack].map(([stackName, decision]) => ({ stackName, decision })),
    otherwise,
  },
  affected: 0,
  remedy: undefined,
  unread: [],
});

/** What an intrinsic function is called with; undefined for any other value. */
const operandsOf = (value: Json | undefined, name: string): readonly Json[] | undefined => {
  const operands = isObject(value) ? member(value, name) : undefined;
  return isList(operands) ? operands : undefined;
};

function isTrue(condition: Json | undefined, stackName: string): boolean {
  const parts = operandsOf(condition, 'Fn::Or');
  if (parts === undefined) {
    const [reference, name] = operandsOf(condition, 'Fn::Equals') ?? [];
    expect(reference).toEqual({ Ref: 'AWS::StackName' });
    return name === stackName;
  }
  // CloudFormation's limits.
  expect(parts.length).toBeGreaterThanOrEqual(2);
  expect(parts.length).toBeLessThanOrEqual(10);
  return parts.some((part) => isTrue(part, stackName));
}

/** What the template has in a stack of that name, as CloudFormation evaluates it. */
function valueIn(stackName: string, value: Json | undefined, conditions: JsonObject): Json | undefined {
  const choice = operandsOf(value, 'Fn::If');
  if (choice !== undefined) {
    const [name, whenTrue, whenFalse] = choice;
    const condition = conditions[String(name)];
    return valueIn(stackName, isTrue(condition, stackName) ? whenTrue : whenFalse, conditions);
  }
  return isObject(value) && member(value, 'Ref') === 'AWS::NoValue' ? undefined : value;
}

const expectedOf = (decision: SettledDecision): Json | undefined => {
  if (decision.kind === 'write') return written.after;
  return decision.kind === 'withhold' ? undefined : { LifecyclePolicyText: decision.text };
};

describe('a value for each of several stacks', () => {
  test('of 500 stacks of one template with three different policies is of less than 60 KB', () => {
    const decisions = [keep(textOf(30)), write, keep(textOf(40)), withhold];
    const byStack = new Map(
      Array.from({ length: 500 }, (_, index) => [
        `team-platform-service-${index}`,
        decisions[index % decisions.length] ?? write,
      ]),
    );
    const report = reportOf(byStack, write);
    const { conditions } = stackConditions([report, report]);
    const { after } = guardedFinding(written, report, 'Withhold');
    expect(Object.keys(conditions)).toHaveLength(3);
    expect(JSON.stringify([after, conditions]).length).toBeLessThan(60_000);
    for (const [stackName, decision] of byStack)
      expect(valueIn(stackName, after, conditions)).toEqual(expectedOf(decision));
    expect(valueIn('another', after, conditions)).toEqual(written.after);
    expect(guardClause(report)).toContain('; of every other stack the default');
    expect(guardClause(report).length).toBeLessThan(1_500);
  });

  test('is that of its decision, whatever the other stacks have', () => {
    const decision = fc.constantFrom(write, withhold, ...[1, 2, 3].map((count) => keep(textOf(count))));
    const stack = fc.tuple(fc.stringMatching(/^[a-c][a-b0-]{0,4}$/), decision);
    fc.assert(
      fc.property(fc.array(stack, { maxLength: 120 }), decision, (stacks, otherwise) => {
        const byStack = new Map(stacks);
        const report = reportOf(byStack, otherwise);
        const found = stackConditions([report]);
        const { after } = guardedFinding(written, report, 'Withhold', found);
        for (const [stackName, each] of byStack)
          expect(valueIn(stackName, after, found.conditions)).toEqual(expectedOf(each));
        expect(valueIn('z', after, found.conditions)).toEqual(expectedOf(otherwise));
      }),
      { numRuns: runsOf({ share: 30, whole: 200 }) },
    );
  });

  test('has conditions of other names than the template, which are shared by repositories', () => {
    const first = reportOf(
      new Map([
        ['a', withhold],
        ['b', withhold],
        ['s1', keep('x')],
      ]),
      write,
    );
    const second = reportOf(
      new Map([
        ['a', keep('y')],
        ['b', keep('y')],
        ['c', withhold],
      ]),
      write,
    );
    const plain = Object.keys(stackConditions([first, second]).conditions);
    expect(plain).toEqual(['EcrHardeningStacks1', 'EcrHardeningStackIss1', 'EcrHardeningStackIsc']);
    const taken = Object.fromEntries(plain.map((name) => [name, {}]));
    for (const fragment of [{ Conditions: taken }, { Parameters: taken }]) {
      const names = Object.keys(stackConditions([first, second], fragment).conditions);
      expect(names).toHaveLength(3);
      for (const name of names) expect(taken).not.toHaveProperty(name);
    }
    const long = reportOf(new Map([[`a${'-'.repeat(127)}`, withhold]]), write);
    expect(Object.keys(stackConditions([long]).conditions)).toEqual(['EcrHardeningStacks1']);
  });

  test('fails under Refuse where it is withheld from every other stack, for images in use', () => {
    const harmed: SettledDecision = {
      kind: 'withhold',
      causes: [{ repository: 'app', code: 'harms', effect: { expiring: 1, archiving: 0, inUse: [] } }],
    };
    const report = reportOf(new Map([['a', write]]), harmed);
    expect(guardedFinding(written, report, 'Refuse').outcome).toBe('violation');
  });
});
