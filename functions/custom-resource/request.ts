import { isObject, type JsonObject, member } from '../../core/json.ts';

interface Common {
  /** Identifies the request together with StackId. */
  readonly requestId: string;
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly resourceType: string;
  /** Pre-signed: whoever has it can answer in our name, so it is never logged. */
  readonly responseUrl: string;
  /** What the template says; CloudFormation has made text of numbers and booleans. */
  readonly properties: JsonObject;
}

/**
 * What CloudFormation sends a custom resource
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
 */
export type SettingsRequest =
  | (Common & { readonly requestType: 'Create' })
  | (Common & {
      readonly requestType: 'Update';
      readonly physicalResourceId: string;
      readonly oldProperties: JsonObject;
    })
  | (Common & { readonly requestType: 'Delete'; readonly physicalResourceId: string });

/** Enough of a request to answer it, though it cannot be served. */
export interface ResponseTarget {
  readonly requestId: string;
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly responseUrl: string;
  readonly physicalResourceId?: string;
}

/** A request; one that can be answered but not served; or an event that nobody could answer. */
export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: SettingsRequest }
  | { readonly kind: 'unserved'; readonly target: ResponseTarget; readonly reason: string }
  | { readonly kind: 'unanswerable'; readonly reason: string };

/** Parses the event of a custom resource, once. */
export function parseRequest(event: unknown): ParsedRequest {
  if (!isObject(event)) return unanswerable('the event is no map');
  const text = (key: string) => {
    const value = member(event, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const requestId = text('RequestId');
  const stackId = text('StackId');
  const logicalResourceId = text('LogicalResourceId');
  const responseUrl = text('ResponseURL');
  if (
    requestId === undefined ||
    stackId === undefined ||
    logicalResourceId === undefined ||
    responseUrl === undefined
  )
    return unanswerable(
      'the event lacks RequestId, StackId, LogicalResourceId or ResponseURL: it is not that of a custom resource',
    );
  const physicalResourceId = text('PhysicalResourceId');
  const target = {
    requestId,
    stackId,
    logicalResourceId,
    responseUrl,
    ...(physicalResourceId === undefined ? {} : { physicalResourceId }),
  };
  const unserved = (reason: string): ParsedRequest => ({ kind: 'unserved', target, reason });

  const requestType = member(event, 'RequestType');
  const given = member(event, 'ResourceProperties');
  // A Delete asks for nothing, and no stack may become impossible to delete.
  const properties = requestType === 'Delete' && !isObject(given) ? {} : given;
  if (!isObject(properties)) return unserved('The event has no ResourceProperties.');
  const common: Common = {
    requestId,
    stackId,
    logicalResourceId,
    resourceType: text('ResourceType') ?? '',
    responseUrl,
    properties,
  };
  switch (requestType) {
    case 'Create':
      return { kind: 'request', request: { ...common, requestType } };
    case 'Update': {
      if (physicalResourceId === undefined) return unserved('The Update has no PhysicalResourceId.');
      const old = member(event, 'OldResourceProperties');
      const oldProperties = isObject(old) ? old : {};
      return { kind: 'request', request: { ...common, requestType, physicalResourceId, oldProperties } };
    }
    case 'Delete':
      return physicalResourceId === undefined
        ? unserved('The Delete has no PhysicalResourceId.')
        : { kind: 'request', request: { ...common, requestType, physicalResourceId } };
    default:
      return unserved(`RequestType must be Create, Update or Delete, not ${JSON.stringify(requestType)}.`);
  }
}

function unanswerable(reason: string): ParsedRequest {
  return { kind: 'unanswerable', reason };
}
