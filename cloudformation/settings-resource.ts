import { type Json, type JsonObject, member, withMember } from '../core/json.ts';
import type { ControlFinding } from './control-context.ts';

/** The custom resource's type in a template. */
export const settingsType = 'Custom::EcrSettings';

/** How a `Custom::EcrSettings` reaches its function. */
export interface SettingsFunction {
  /** The function's ARN, or an intrinsic that becomes it. */
  readonly serviceToken: Json;
  /** Seconds after which CloudFormation gives up waiting: a little over the function's own time-out. */
  readonly serviceTimeout: number;
}

/**
 * The properties of a `Custom::EcrSettings` with ServiceToken and ServiceTimeout added if they are not set.
 *
 * Without a ServiceTimeout a function that crashes keeps the stack waiting for an hour
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html).
 */
export function completeSettings(
  properties: JsonObject,
  settings: SettingsFunction | undefined,
  addFinding: (finding: ControlFinding) => void,
): JsonObject {
  if (settings === undefined) return properties;
  const defaults: readonly (readonly [string, Json, ControlFinding['code']])[] = [
    ['ServiceToken', settings.serviceToken, 'service-token-not-set'],
    ['ServiceTimeout', settings.serviceTimeout, 'service-timeout-not-set'],
  ];
  let completed = properties;
  for (const [name, after, code] of defaults) {
    if (member(properties, name) !== undefined) continue;
    addFinding({ code, path: ['Properties', name], outcome: 'set', after });
    completed = withMember(completed, name, after);
  }
  return completed;
}
