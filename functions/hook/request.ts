import { type HardenedType, hardenedTypes } from '../../cloudformation/resource-types.ts';
import { asObject, asText, isObject, isOneOf, type Json, type JsonObject } from '../../core/json.ts';

/**
 * What CloudFormation and Cloud Control API send a Lambda hook before they create or update a resource
 * (https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html).
 */
export interface HookRequest {
  readonly token: string;
  /** Of 12 digits; that of the resource. */
  readonly accountId: string;
  /** Undefined if the caller is Cloud Control API. */
  readonly stackId: string | undefined;
  readonly action: 'CREATE' | 'UPDATE';
  readonly type: HardenedType;
  /** That of the template; of Cloud Control API a constructed value. */
  readonly logicalId: string;
  /** As they will be deployed: transforms, parameters and functions are resolved. */
  readonly properties: JsonObject;
  /** Those before an update; undefined where they are not known. */
  readonly previous: JsonObject | undefined;
}

/** Why there is nothing to check. */
export type NotChecked =
  | 'not-an-event'
  /** A deletion, or a point in time that AWS has added since. */
  | 'other-action'
  /** Another resource type, a stack or a change set. */
  | 'other-target'
  | 'no-properties';

/** A request; or why it is none, with its token if it has one. */
export type ParsedRequest =
  | { readonly request: HookRequest }
  | { readonly token: string; readonly notChecked: NotChecked };

/** Parses the event of a hook, once. */
export function parseRequest(event: unknown): ParsedRequest {
  if (!isObject(event)) return { token: '', notChecked: 'not-an-event' };
  const token = asText(event.clientRequestToken) ?? '';
  const { requestData, actionInvocationPoint } = event;
  if (!isObject(requestData)) return { token, notChecked: 'not-an-event' };
  const { targetName, targetType, targetModel } = requestData;
  const type = [targetName, targetType].find((each) => isOneOf(hardenedTypes, each));
  if (!isOneOf(hardenedTypes, type)) return { token, notChecked: 'other-target' };
  const action = actions.find((each) => actionInvocationPoint === `${each}_PRE_PROVISION`);
  if (action === undefined) return { token, notChecked: 'other-action' };
  const model = asObject(targetModel);
  // A resource without Properties.
  const properties = isObject(targetModel) ? propertiesIn(model.resourceProperties ?? {}) : undefined;
  if (properties === undefined) return { token, notChecked: 'no-properties' };
  return {
    request: {
      token,
      accountId: asText(event.awsAccountId) ?? '',
      // AWS's pages spell it both ways.
      stackId: asText(event.stackId) || asText(event.stackID) || undefined,
      action,
      type,
      logicalId: asText(requestData.targetLogicalId) ?? '',
      properties,
      previous: propertiesIn(model.previousResourceProperties ?? null),
    },
  };
}

const actions = ['CREATE', 'UPDATE'] as const;

/** Properties; Cloud Control API has them as JSON text in its own requests. */
function propertiesIn(value: Json): JsonObject | undefined {
  if (typeof value !== 'string') return isObject(value) ? withoutNulls(value) : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? withoutNulls(parsed) : undefined;
  } catch {
    return undefined;
  }
}

/** CloudFormation takes no null in a template: one in an event is a property, or a member of one, that is not set. */
function withoutNulls(properties: JsonObject): JsonObject {
  const set = (map: JsonObject) => Object.entries(map).filter(([, each]) => each !== null);
  return Object.fromEntries(
    set(properties).map(([name, value]) => [name, isObject(value) ? Object.fromEntries(set(value)) : value]),
  );
}
