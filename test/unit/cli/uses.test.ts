import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { noColours } from '../../../cli/colours.ts';
import { usesText } from '../../../cli/reports/uses-text.ts';
import { findUses, isApplication } from '../../../cli/uses/find-uses.ts';
import type { FoundUses } from '../../../cli/uses/found-uses.ts';
import type { JsonObject } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';

const named = (resource: JsonObject): JsonObject => ({ Resources: { Settings: resource } });

describe('the uses in a template', () => {
  const cases: readonly (readonly [string, JsonObject, readonly object[]])[] = [
    ['a Transform', { Transform: 'EcrHardening', Resources: {} }, [{ kind: 'macro' }]],
    [
      'one in a list, with Parameters',
      { Transform: ['X', { Name: 'EcrHardening', Parameters: {} }] },
      [{ kind: 'macro' }],
    ],
    [
      'a snippet deep inside',
      named({ Properties: { A: [{ 'Fn::Transform': { Name: 'EcrHardening' } }] } }),
      [{ kind: 'macro' }],
    ],
    ['another macro', { Transform: 'AWS::Serverless-2016-10-31' }, []],
    [
      'a custom resource',
      named({ Type: 'Custom::EcrSettings' }),
      [{ kind: 'custom resource', name: 'Settings' }],
    ],
    [
      'a custom resource of another type with our function',
      named({
        Type: 'AWS::CloudFormation::CustomResource',
        Properties: {
          ServiceToken: {
            'Fn::Sub': 'arn:${AWS::Partition}:lambda:eu-west-1:1:function:EcrHardening-settings',
          },
        },
      }),
      [{ kind: 'custom resource', name: 'Settings' }],
    ],
    [
      'a custom resource of others',
      named({ Type: 'Custom::Other', Properties: { ServiceToken: 'arn:other' } }),
      [],
    ],
    [
      'an import by Fn::Sub',
      named({
        Type: 'X',
        Properties: { A: { 'Fn::ImportValue': { 'Fn::Sub': '${App}-MacroFunctionArn' } } },
      }),
      [{ kind: 'export', name: 'stack-MacroFunctionArn' }],
    ],
    [
      'an import of something else',
      named({ Type: 'X', Properties: { A: { 'Fn::ImportValue': 'other' } } }),
      [],
    ],
  ];
  test.each(cases)('%s', (_, template, expected) => {
    expect(findUses(template)).toEqual(expected);
  });
});

test('a stack that could not be read keeps the summary from saying that nothing uses the application', () => {
  const text = (using: number, unread: number, hasApplication = true) =>
    usesText(
      {
        ...{ stacks: 3, hasApplication },
        using: Array(using).fill({ stack: 'team', status: 'CREATE_COMPLETE', uses: [{ kind: 'macro' }] }),
        unread: Array(unread).fill({ stack: 'secret', reason: 'AccessDenied' }),
      },
      noColours,
    );
  expect(text(0, 0)).toContain(
    'None of 3 stacks in this account and Region uses the application: it can be removed.',
  );
  expect(text(0, 0, false)).toBe(
    'None of 3 stacks in this account and Region uses the application, and none is the application itself: check --region and --profile.\n',
  );
  expect(text(0, 1)).toMatch(/secret could not be read: AccessDenied\n.*1 stack could not be read/);
  expect(text(0, 1)).not.toContain('can be removed');
  expect(text(1, 1)).toMatch(
    /team +the macro +CREATE_COMPLETE[\s\S]*1 of 3 stacks in this account and Region uses/,
  );
});

test('the columns of the stacks are aligned', () => {
  const found = {
    stacks: 2,
    hasApplication: true,
    using: [
      { stack: 'team', status: 'CREATE_COMPLETE', uses: [{ kind: 'macro' }] },
      {
        stack: 'long-name',
        status: 'UPDATE_COMPLETE',
        uses: [{ kind: 'macro' }, { kind: 'custom resource', name: 'Settings' }],
      },
    ],
    unread: [],
  } satisfies FoundUses;
  const lines = usesText(found, noColours).split('\n');
  expect(lines[0]?.indexOf('CREATE_COMPLETE')).toBe(lines[1]?.indexOf('UPDATE_COMPLETE'));
});

test('the application is known by its template', () => {
  const text = readFileSync(join(projectRoot, 'template.yaml'), 'utf8');
  expect(isApplication(parseTemplate(text, 'template.yaml'))).toBe(true);
  expect(isApplication({ Resources: { Other: { Type: 'AWS::CloudFormation::Macro' } } })).toBe(false);
});
