import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
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
    expect(ofAlerts).toHaveLength(12);
    for (const name of ofAlerts)
      expect({ name, condition: at(resources, name, 'Condition') }).toEqual({
        name,
        condition: name === 'AlertTopic' ? 'HasOwnTopic' : 'HasAlerts',
      });
  });

  test('takes the values that the function knows', () => {
    expect(at(template, 'Parameters', 'AlertSeverity', 'AllowedValues')).toEqual(['', ...thresholds]);
    expect(at(template, 'Parameters', 'NotifyOn', 'AllowedValues')).toEqual([...notifyOns]);
  });

  test('may do what the code has a command for, and what follows from it', () => {
    const commands = actionsReachableFrom('functions/scan-alerts/handler.ts');
    const statements = listed(at(resources, 'FindingsRole', 'Properties', 'Policies')).flatMap((policy) =>
      listed(at(policy, 'PolicyDocument', 'Statement')).filter((each): each is JsonObject => isObject(each)),
    );
    const actions = statements.flatMap((each) => listed(member(each, 'Action')));
    expect(new Set(actions)).toEqual(
      new Set([
        ...commands,
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        // Its dead letters, and what ECR asks of Inspector in its name.
        'sqs:SendMessage',
        'inspector2:ListCoverage',
        'inspector2:ListFindings',
      ]),
    );
    const unnamed = statements.filter((each) => listed(member(each, 'Resource')).includes('*'));
    expect(unnamed.flatMap((each) => listed(member(each, 'Action')))).toEqual([
      'inspector2:ListCoverage',
      'inspector2:ListFindings',
    ]);
  });

  test('keeps what could not be told, by the rules and by the function', () => {
    const queue = { 'Fn::GetAtt': ['AlertDeadLetters', 'Arn'] };
    for (const rule of ['BasicScanRule', 'EnhancedScanRule', 'FindingRule']) {
      const [target] = listed(at(resources, rule, 'Properties', 'Targets'));
      expect(at(target, 'DeadLetterConfig', 'Arn')).toEqual(queue);
    }
    expect(
      at(
        resources,
        'FindingsFunction',
        'Properties',
        'EventInvokeConfig',
        'DestinationConfig',
        'OnFailure',
        'Destination',
      ),
    ).toEqual(queue);
  });
});
