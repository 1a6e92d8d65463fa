import type {
  CloudFormationCustomResourceCreateEvent as CreateEvent,
  CloudFormationCustomResourceDeleteEvent as DeleteEvent,
  CloudFormationCustomResourceUpdateEvent as UpdateEvent,
} from 'aws-lambda';
import { isObject, type JsonObject, member } from '../../core/json.ts';

/** The members of an event before it is parsed. */
type EventKey = keyof UpdateEvent;

interface Common {
  /** Identifies the request together with StackId. */
  readonly requestId: string;
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly resourceType: string;
  /** Pre-signed: anyone who has it can respond, so it is never logged. */
  readonly responseUrl: string;
  /** As in the template; CloudFormation sends numbers and booleans as text. */
  readonly properties: JsonObject;
}

/**
 * What CloudFormation sends a custom resource
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
 */
export type SettingsRequest =
  | (Common & { readonly requestType: CreateEvent['RequestType'] })
  | (Common & {
      readonly requestType: UpdateEvent['RequestType'];
      readonly physicalResourceId: string;
      readonly oldProperties: JsonObject;
    })
  | (Common & {
      readonly requestType: DeleteEvent['RequestType'];
      readonly physicalResourceId: string;
    });

/** The parts of a request that a response needs. */
export interface ResponseTarget {
  readonly requestId: string;
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly responseUrl: string;
  readonly physicalResourceId?: string;
}

/** A request; an invalid one that a response can be sent to; or an event without the parts that a response needs. */
export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: SettingsRequest }
  | { readonly kind: 'unserved'; readonly target: ResponseTarget; readonly reason: string }
  | { readonly kind: 'unanswerable'; readonly reason: string };

/** Parses the event of a custom resource, once. */
export function parseRequest(event: unknown): ParsedRequest {
  if (!isObject(event)) return { kind: 'unanswerable', reason: 'the event is no map' };
  const target = targetOf(event);
  return target === undefined
    ? {
        kind: 'unanswerable',
        reason:
          'the event lacks RequestId, StackId, LogicalResourceId or ResponseURL: it is not that of a custom resource',
      }
    : requestOf(event, target);
}

function textIn(event: JsonObject, key: EventKey): string | undefined {
  const value = member(event, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function targetOf(event: JsonObject): ResponseTarget | undefined {
  const requestId = textIn(event, 'RequestId');
  const stackId = textIn(event, 'StackId');
  const logicalResourceId = textIn(event, 'LogicalResourceId');
  const responseUrl = textIn(event, 'ResponseURL');
  const physicalResourceId = textIn(event, 'PhysicalResourceId');
  return requestId === undefined ||
    stackId === undefined ||
    logicalResourceId === undefined ||
    responseUrl === undefined
    ? undefined
    : {
        requestId,
        stackId,
        logicalResourceId,
        responseUrl,
        ...(physicalResourceId === undefined ? {} : { physicalResourceId }),
      };
}

function requestOf(event: JsonObject, target: ResponseTarget): ParsedRequest {
  const unserved = (reason: string): ParsedRequest => ({ kind: 'unserved', target, reason });
  const requestType = member(event, 'RequestType' satisfies EventKey);
  const given = member(event, 'ResourceProperties' satisfies EventKey);
  // A Delete needs no properties, and stacks must stay deletable.
  const properties = requestType === 'Delete' && !isObject(given) ? {} : given;
  if (!isObject(properties)) return unserved('The event has no ResourceProperties.');
  const { physicalResourceId, ...identity } = target;
  const common: Common = { ...identity, resourceType: textIn(event, 'ResourceType') ?? '', properties };
  switch (requestType) {
    case 'Create':
      return { kind: 'request', request: { ...common, requestType } };
    case 'Update': {
      if (physicalResourceId === undefined) return unserved('The Update has no PhysicalResourceId.');
      const old = member(event, 'OldResourceProperties' satisfies EventKey);
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
