import { isObject, type Json } from '../../../core/json.ts';
import type { AddIssue } from './values.ts';

/** ECR's account settings, for which CloudFormation has no resource type (PutAccountSetting). */
export const accountSettingNames = ['BASIC_SCAN_TYPE_VERSION', 'REGISTRY_POLICY_SCOPE', 'BLOB_MOUNTING'];

/** The account settings by name. ECR validates their values. */
export function readAccountSettings(
  value: Json | undefined,
  add: AddIssue,
): Readonly<Record<string, string>> {
  const property = 'AccountSettings';
  if (value === undefined) return {};
  if (!isObject(value)) {
    add({ code: 'not-a-map-of-values', path: [property], expected: 'name', actual: value });
    return {};
  }
  const settings: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    const path = [property, name];
    if (!accountSettingNames.includes(name))
      add({ code: 'unknown-account-setting', path, expected: accountSettingNames, actual: name });
    else if (text === '') add({ code: 'empty-text', path });
    else if (typeof text !== 'string') add({ code: 'not-text', path, actual: text });
    else settings[name] = text;
  }
  return settings;
}
