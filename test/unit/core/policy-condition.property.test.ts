import { describe, expect, test } from '@jest/globals';
import { isUnknown } from '../../../core/known.ts';
import { readConfinement } from '../../../core/settings/policy-condition.ts';
import fc from '../../support/fast-check.ts';

const account = '444455556666';
const confining = fc.constantFrom<[string, string, string | string[]]>(
  ['StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
  ['StringEqualsIgnoreCase', 'AWS:PrincipalAccount', account],
  [
    'StringLike',
    'aws:PrincipalArn',
    [`arn:aws:iam::${account}:role/*`, `arn:aws:sts::${account}:assumed-role/ci/*`],
  ],
  ['ArnLike', 'aws:SourceArn', `arn:aws:ecs:*:${account}:*`],
  ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-a1b2c3d4e5/*'],
  ['StringEquals', 'aws:SourceVpce', ['vpce-1', 'vpce-2']],
  ['StringEquals', 'aws:PrincipalAccount', '${aws:ResourceAccount}'],
  ['Bool', 'aws:PrincipalIsAWSService', 'true'],
  ['StringEquals', 'aws:PrincipalServiceName', 'codebuild.amazonaws.com'],
);
const weak = fc.constantFrom<[string, string, string | string[]]>(
  ['StringNotEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
  ['ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
  ['ArnLikeIfExists', 'aws:PrincipalArn', `arn:aws:iam::${account}:root`],
  ['ArnLike', 'aws:PrincipalArn', [`arn:aws:iam::${account}:root`, 'arn:aws:iam::*:role/ci']],
  ['StringLike', 'aws:PrincipalAccount', '4444*'],
  ['ArnLike', 'aws:SourceArn', 'arn:aws:s3:::*'],
  ['StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}'],
  ['StringEquals', 'aws:ResourceAccount', account],
  ['StringEquals', 'aws:PrincipalTag/team', 'web'],
  ['IpAddress', 'aws:SourceIp', '203.0.113.0/24'],
  ['NotIpAddress', 'aws:SourceIp', '203.0.113.0/24'],
  ['Bool', 'aws:SecureTransport', 'true'],
  ['Bool', 'aws:PrincipalIsAWSService', ['true', 'false']],
  ['BoolIfExists', 'aws:PrincipalIsAWSService', 'true'],
  ['StringEquals', 'aws:PrincipalIsAWSService', 'true'],
);

type Clause = [string, string, string | string[]];
/** The clauses as a condition; of two for one operator and key the last counts. */
function conditionOf(clauses: readonly Clause[]) {
  const condition: Record<string, Record<string, string | string[]>> = {};
  for (const [operator, key, value] of clauses)
    condition[operator] = { ...condition[operator], [key]: value };
  return condition;
}
function isConfined(clauses: readonly Clause[]): boolean {
  const read = readConfinement(conditionOf(clauses), ['Condition']);
  return !isUnknown(read) && read.isConfined;
}

describe('a condition', () => {
  test('confines by one clause that does, whatever stands beside it', () => {
    fc.assert(
      fc.property(confining, fc.array(weak, { maxLength: 3 }), (clause, others) => {
        const beside = others.filter(([operator, key]) => operator !== clause[0] || key !== clause[1]);
        expect(
          isConfined(
            fc.sample(fc.shuffledSubarray([clause, ...beside], { minLength: beside.length + 1 }), 1)[0] ?? [],
          ),
        ).toBe(true);
      }),
    );
  });

  test('does not by any number of clauses of which none does', () => {
    fc.assert(
      fc.property(fc.array(weak, { maxLength: 4 }), (clauses) => {
        expect(isConfined(clauses)).toBe(false);
      }),
    );
  });

  test('confines by ForAllValues and IfExists once another clause demands the key', () => {
    const demanded = (clause: Clause) => isConfined([clause, ['Null', clause[1], 'false']]);
    expect(demanded(['ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'])).toBe(true);
    expect(demanded(['ArnLikeIfExists', 'aws:PrincipalArn', `arn:aws:iam::${account}:root`])).toBe(true);
    expect(isConfined([['Null', 'aws:PrincipalOrgID', 'false']])).toBe(false);
  });
});
