import { type Json, type JsonObject, member } from '../core/json.ts';
import type { ControlFinding } from './control-context.ts';
import type { Change } from './settings/template-setting.ts';

/** The custom resource's type in a template. */
export const settingsType = 'Custom::EcrSettings';

/** How a `Custom::EcrSettings` reaches its function. */
export interface SettingsFunction {
  /** The function's ARN, or an intrinsic that becomes it. */
  readonly serviceToken: Json;
  /** Seconds after which CloudFormation gives up waiting: a little over the function's own time-out. */
  readonly serviceTimeout: number;
}

/** The ServiceTimeout that the deployed macro writes, in seconds (SettingsServiceTimeout in template.yaml). */
export const deployedTimeout = 420;

/**
 * The changes to the properties of a `Custom::EcrSettings`: ServiceToken and ServiceTimeout, if they are not set.
 *
 * Without a ServiceTimeout a function that crashes keeps the stack waiting for an hour
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html).
 */
export function completeSettings(
  properties: JsonObject,
  settings: SettingsFunction | undefined,
  addFinding: (finding: ControlFinding) => void,
): readonly Change[] {
  if (settings === undefined) return [];
  const defaults: readonly (readonly [string, Json, ControlFinding['code']])[] = [
    ['ServiceToken', settings.serviceToken, 'service-token-not-set'],
    ['ServiceTimeout', settings.serviceTimeout, 'service-timeout-not-set'],
  ];
  return defaults.flatMap(([name, after, code]): readonly Change[] => {
    if (member(properties, name) !== undefined) return [];
    addFinding({ code, path: ['Properties', name], outcome: 'set', after });
    return [[name, after]];
  });
}
