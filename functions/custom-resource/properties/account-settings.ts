import { isObject, type Json } from '../../../core/json.ts';
import { unknownName } from '../../../core/nearest.ts';
import { kindOf } from './values.ts';

/** ECR's account settings, for which CloudFormation has no resource type (PutAccountSetting). */
const accountSettingNames = ['BASIC_SCAN_TYPE_VERSION', 'REGISTRY_POLICY_SCOPE', 'BLOB_MOUNTING'];

/**
 * The account settings that are asked for, by name. Which values a setting takes is left to ECR to say.
 *
 * @param problems takes a clause for each problem, none of which quotes a value
 */
export function readAccountSettings(
  value: Json | undefined,
  problems: string[],
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problems.push(`AccountSettings must be a map of name to value, not ${kindOf(value)}`);
    return {};
  }
  const settings: Record<string, string> = {};
  for (const [name, text] of Object.entries(value))
    if (!accountSettingNames.includes(name))
      problems.push(`AccountSettings has the ${unknownName('name', name, accountSettingNames)}`);
    else if (typeof text !== 'string' || text === '')
      problems.push(`AccountSettings.${name} must be text, not ${text === '' ? 'empty' : kindOf(text)}`);
    else settings[name] = text;
  return settings;
}
