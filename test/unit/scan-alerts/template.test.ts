import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { httpsForms } from '../../../aws/sns/forms.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { notifyOns } from '../../../functions/scan-alerts/alert.ts';
import { thresholds } from '../../../functions/scan-alerts/severity.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';
import { actionsReachableFrom } from '../../support/imports.ts';

const template = parseTemplate(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), 'template.yaml');
const at = (value: Json | undefined, ...path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((found, key) => (isObject(found) ? member(found, key) : undefined), value);
const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];

const resources = at(template, 'Resources');
const names = isObject(resources) ? Object.keys(resources) : [];
const ofAlerts = names.filter((name) => /^(Findings|Alert|BasicScan|EnhancedScan|Finding)/.test(name));

describe('what template.yaml deploys for alerts', () => {
  test('is there only when AlertSeverity is set', () => {
    expect(ofAlerts).toHaveLength(19);
    const conditionOf = (name: string) => {
      if (name === 'AlertTopic') return 'HasOwnTopic';
      return name.startsWith('AlertDigest') ? 'HasDigest' : 'HasAlerts';
    };
    for (const name of ofAlerts)
      expect({ name, condition: at(resources, name, 'Condition') }).toEqual({
        name,
        condition: conditionOf(name),
      });
    // By default there is no digest.
    expect(at(template, 'Parameters', 'AlertDigest', 'Default')).toBe('Off');
  });

  test('takes the values that the function knows', () => {
    expect(at(template, 'Parameters', 'AlertSeverity', 'AllowedValues')).toEqual(['', ...thresholds]);
    expect(at(template, 'Parameters', 'NotifyOn', 'AllowedValues')).toEqual([...notifyOns]);
    expect(at(template, 'Parameters', 'AlertAtOnceSeverity', 'AllowedValues')).toEqual(['', ...thresholds]);
    expect(at(template, 'Parameters', 'AlertHttpsForm', 'AllowedValues')).toEqual([...httpsForms]);
  });

  const statementsOf = (role: string) =>
    listed(at(resources, role, 'Properties', 'Policies')).flatMap((policy) =>
      listed(at(policy, 'PolicyDocument', 'Statement')).filter((each): each is JsonObject => isObject(each)),
    );
  const actionsOf = (role: string) =>
    new Set(statementsOf(role).flatMap((each) => listed(member(each, 'Action'))));
  const ofEvery = ['logs:CreateLogStream', 'logs:PutLogEvents'];

  test('may do what the code has a command for, and what follows from it', () => {
    const commands = actionsReachableFrom('functions/scan-alerts/scan.ts');
    expect(commands).toContain('sqs:SendMessage');
    expect(actionsOf('FindingsRole')).toEqual(
      // What ECR asks of Inspector in its name.
      new Set([...commands, ...ofEvery, 'inspector2:ListCoverage', 'inspector2:ListFindings']),
    );
    const unnamed = statementsOf('FindingsRole').filter((each) =>
      listed(member(each, 'Resource')).includes('*'),
    );
    expect(unnamed.flatMap((each) => listed(member(each, 'Action')))).toEqual([
      'inspector2:ListCoverage',
      'inspector2:ListFindings',
    ]);
  });

  test('has a digest that may do what its code has a command for, and send dead letters', () => {
    // A batch needs the permission of a single call.
    const commands = actionsReachableFrom('functions/scan-alerts/digest.ts').map((action) =>
      action.replace(/Batch$/, ''),
    );
    expect(commands).toHaveLength(4);
    expect(actionsOf('AlertDigestRole')).toEqual(new Set([...commands, ...ofEvery, 'sqs:SendMessage']));
    expect(statementsOf('AlertDigestRole').map((each) => member(each, 'Resource'))).not.toContain('*');
    const onQueue = { 'Fn::GetAtt': ['AlertDigestQueue', 'Arn'] };
    const ofQueue = statementsOf('AlertDigestRole').filter(
      (each) => JSON.stringify(member(each, 'Resource')) === JSON.stringify(onQueue),
    );
    expect(ofQueue.map((each) => member(each, 'Action'))).toEqual([
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
    ]);
  });

  test('hides an alert from other receivers for longer than the digest runs, and keeps it for as long as SQS can', () => {
    const queue = at(resources, 'AlertDigestQueue', 'Properties');
    expect(Number(at(queue, 'VisibilityTimeout'))).toBeGreaterThan(
      Number(at(resources, 'AlertDigestFunction', 'Properties', 'Timeout')),
    );
    expect(at(queue, 'MessageRetentionPeriod')).toBe(14 * 24 * 60 * 60);
  });

  test('keeps what could not be told, by the rules and by the function', () => {
    const queue = { 'Fn::GetAtt': ['AlertDeadLetters', 'Arn'] };
    for (const rule of ['BasicScanRule', 'EnhancedScanRule', 'FindingRule', 'AlertDigestRule']) {
      const [target] = listed(at(resources, rule, 'Properties', 'Targets'));
      expect(at(target, 'DeadLetterConfig', 'Arn')).toEqual(queue);
    }
    for (const name of ['FindingsFunction', 'AlertDigestFunction']) {
      const config = at(resources, name, 'Properties', 'EventInvokeConfig');
      expect(at(config, 'DestinationConfig', 'OnFailure', 'Destination')).toEqual(queue);
    }
    // The policy of the queue names each rule; the digest's only where there is one.
    const policy = JSON.stringify(at(resources, 'AlertDeadLettersPolicy'));
    for (const rule of ['BasicScanRule', 'EnhancedScanRule', 'FindingRule', 'AlertDigestRule'])
      expect(policy).toContain(`"${rule}"`);
  });
});
