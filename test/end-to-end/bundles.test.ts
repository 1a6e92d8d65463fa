import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildFolder } from '../../local/paths.ts';

const kibibyte = 1024;
const bundle = (name: string) => join(buildFolder, name, 'handler.js');
const source = (name: string) => readFileSync(bundle(name), 'utf8');

describe('what SAM built', () => {
  // The aim is 60 KiB. Conditions, intrinsics of known values and conditions of policies took it over that.
  test('the macro is at most 75 KiB', () => {
    expect(statSync(bundle('MacroFunction')).size).toBeLessThanOrEqual(75 * kibibyte);
  });

  // CloudFormation's client, by which requests are authenticated, took it over 340 KiB: 38 KiB of it are that client.
  test('the custom resource is at most 384 KiB, with the clients of ECR, DynamoDB and CloudFormation', () => {
    expect(statSync(bundle('SettingsFunction')).size).toBeLessThanOrEqual(384 * kibibyte);
  });

  test('the function for scan findings is at most 250 KiB', () => {
    expect(statSync(bundle('FindingsFunction')).size).toBeLessThanOrEqual(250 * kibibyte);
  });

  test.each(['MacroFunction', 'SettingsFunction', 'FindingsFunction'])(
    '%s is one CommonJS file that exports a handler',
    (name) => {
      expect(readdirSync(join(buildFolder, name))).toEqual(['handler.js']);
      expect(source(name)).toMatch(/module\.exports=/);
      expect(source(name)).not.toMatch(/^(import|export) /m);
    },
  );

  test('the macro does not carry what explains the controls', () => {
    expect(source('MacroFunction')).not.toMatch(/relatedChecks|CKV_AWS|Security Hub/);
  });

  test('the macro carries nothing of the AWS SDK and loads no module', () => {
    expect(source('MacroFunction')).not.toMatch(/aws-sdk|smithy/i);
    expect(source('MacroFunction')).not.toMatch(/\brequire\(/);
  });

  test.each(['SettingsFunction', 'FindingsFunction'])(
    '%s carries neither the credential chain nor fetch nor event streams',
    (name) => {
      expect(source(name)).not.toMatch(/credential-provider-(sso|ini|process|web-identity)|fromSSO|fromIni/);
      expect(source(name)).not.toMatch(/[^.\w]fetch\(/);
      // Event streams, which none of their operations has.
      expect(source(name)).not.toContain(':event-type');
    },
  );
});
