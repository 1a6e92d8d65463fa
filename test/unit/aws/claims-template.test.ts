import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { keyAttribute } from '../../../aws/claims/claim-item.ts';
import { isList, isObject, type Json, member } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';

// The short forms of intrinsics are read as what stands behind them.
const template: Json = parse(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), {
  logLevel: 'silent',
});

function at(...path: readonly string[]): Json | undefined {
  let value: Json | undefined = template;
  for (const key of path) value = isObject(value) ? member(value, key) : undefined;
  return value;
}
const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];
const resource = (...path: string[]) => at('Resources', 'ClaimsTable', ...path);
const properties = (...path: string[]) => resource('Properties', ...path);

describe('the claims table of template.yaml', () => {
  test('outlives the stack, has no fixed name, and is not created where one is adopted', () => {
    // What an installation that failed has created holds nothing; otherwise it is Retain.
    expect(resource('DeletionPolicy')).toBe('RetainExceptOnCreate');
    expect(resource('UpdateReplacePolicy')).toBe('Retain');
    expect(properties('TableName')).toBeUndefined();
    expect(resource('Condition')).toBe('HasOwnClaimsTable');
    const inUse = ['HasOwnClaimsTable', 'ClaimsTable', 'ClaimsTableName'];
    const variables = ['Resources', 'SettingsFunction', 'Properties', 'Environment', 'Variables'];
    expect(at(...variables, 'ClaimsTable')).toEqual(inUse);
    expect(at('Outputs', 'ClaimsTableName', 'Value')).toEqual(inUse);
  });

  test('is encrypted, recoverable and on demand, with the key and the time to live that the code uses', () => {
    expect(properties('SSESpecification')).toEqual({ SSEEnabled: true });
    expect(properties('PointInTimeRecoverySpecification')).toEqual({ PointInTimeRecoveryEnabled: true });
    expect(properties('BillingMode')).toBe('PAY_PER_REQUEST');
    expect(properties('KeySchema')).toEqual([{ AttributeName: keyAttribute, KeyType: 'HASH' }]);
    expect(properties('TimeToLiveSpecification')).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(properties('DeletionProtectionEnabled')).toBe('ClaimsTableDeletionProtection');
    expect(at('Parameters', 'ClaimsTableDeletionProtection', 'Default')).toBe('false');
  });

  test('is all of DynamoDB that a role may use, by the actions of the calls in aws/claims', () => {
    const folder = join(projectRoot, 'aws/claims');
    const source = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join();
    // A transaction has no action of its own: it needs those of its writes.
    const commands = [...source.matchAll(/new (\w+)Command\(/g)]
      .map(([, name]) => `dynamodb:${name}`)
      .filter((name) => name !== 'dynamodb:TransactWriteItems');
    expect(commands.length).toBeGreaterThan(0);
    const resources = at('Resources');
    const statements = Object.keys(isObject(resources) ? resources : {}).flatMap((role) =>
      listed(at('Resources', role, 'Properties', 'Policies')).flatMap((policy) => {
        const document = isObject(policy) ? member(policy, 'PolicyDocument') : undefined;
        const all = listed(isObject(document) ? member(document, 'Statement') : undefined).filter(isObject);
        return all
          .filter(({ Action }) => listed(Action).some((action) => /^dynamodb:/.test(`${action}`)))
          .map(({ Action, Resource }) => ({ role, actions: [...listed(Action)].sort(), Resource }));
      }),
    );
    const Resource = [
      'HasOwnClaimsTable',
      'ClaimsTable.Arn',
      'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ClaimsTableName}',
    ];
    expect(statements).toEqual([
      { role: 'SettingsRole', actions: [...new Set(commands)].sort(), Resource },
      // What is released is found by its claims; what is hardened is known by its name.
      { role: 'KeeperListRole', actions: ['dynamodb:Scan'], Resource },
      { role: 'KeeperBatchRole', actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], Resource },
      { role: 'KeeperEventsRole', actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], Resource },
    ]);
  });
});
