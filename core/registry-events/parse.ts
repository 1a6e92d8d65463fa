/** Reads an event of EventBridge about a repository, once. Pure: whatever it is given, it does not throw. */
import { asObject, asText, isKeyOf, isObject, type Json, type JsonObject, member } from '../json.ts';
import { type Caller, type RegistryEvent, watchedCalls } from './event.ts';

/** The keeper's own registry, and the roles of the application. */
export interface Home {
  readonly registryId: string;
  readonly region: string;
  /** ARNs: what they do is not acted on, or it would go round in circles. */
  readonly ownRoles: readonly string[];
}

/** Why an event of a known form is not acted on. */
export type IgnoredBecause = 'own-role' | 'other-registry' | 'failed-call' | 'not-watched';

export type ParsedEvent =
  | { readonly kind: 'event'; readonly event: RegistryEvent }
  | { readonly kind: 'ignored'; readonly because: IgnoredBecause }
  /** Its form is not known; the reason names what is missing, and quotes nothing of it. */
  | { readonly kind: 'unknown'; readonly reason: string };

const apiCall = 'AWS API Call via CloudTrail';
const eventSources: readonly (string | undefined)[] = ['ecr.amazonaws.com', 'replication.ecr.amazonaws.com'];

/** @param value an event of EventBridge, parsed as JSON */
export function parseEvent(value: unknown, home: Home): ParsedEvent {
  if (!isObject(value)) return unknown('it is not an object');
  // Only AWS services can send events whose source begins so.
  if (!text(value, 'source')?.startsWith('aws.')) return unknown('its source is not an AWS service');
  const detail = member(value, 'detail');
  if (!isObject(detail)) return unknown('it has no detail');
  const type = text(value, 'detail-type');
  return type === apiCall ? parseCall(value, detail, home) : parseAction(type, value, detail, home);
}

function parseCall(event: JsonObject, detail: JsonObject, home: Home): ParsedEvent {
  const name = text(detail, 'eventName');
  const source = text(detail, 'eventSource');
  if (name === undefined) return unknown('it has no eventName');
  if (!eventSources.includes(source) || !isKeyOf(watchedCalls, name)) return ignored('not-watched');
  const by = callerOf(detail);
  if (by.role !== undefined && home.ownRoles.includes(by.role)) return ignored('own-role');
  if (member(detail, 'errorCode') !== undefined) return ignored('failed-call');
  const request = asObject(member(detail, 'requestParameters'));
  const repository = asObject(member(asObject(member(detail, 'responseElements')), 'repository'));
  return located(
    {
      id: text(detail, 'eventID'),
      repository: text(request, 'repositoryName') ?? text(repository, 'repositoryName'),
      registryId:
        text(request, 'registryId') ??
        text(repository, 'registryId') ??
        text(detail, 'recipientAccountId') ??
        text(event, 'account'),
      region: text(detail, 'awsRegion') ?? text(event, 'region'),
      at: text(detail, 'eventTime'),
    },
    {
      ...{ subject: watchedCalls[name], action: name, by },
      // Its record does not say from where.
      ...(source === 'replication.ecr.amazonaws.com'
        ? { origin: { kind: 'replica', region: 'another registry' } }
        : {}),
    },
    home,
  );
}

/** The events that ECR sends itself, without CloudTrail: none of them says who acted. */
function parseAction(
  type: string | undefined,
  event: JsonObject,
  detail: JsonObject,
  home: Home,
): ParsedEvent {
  const about = actionOf(type, detail);
  if (about === undefined) return unknown('its detail-type is not one that the keeper knows');
  if (about === 'not-watched') return ignored(about);
  return located(
    {
      id: text(event, 'id'),
      repository: text(detail, 'repository-name'),
      registryId: text(event, 'account'),
      region: text(event, 'region'),
      at: text(event, 'time'),
    },
    { subject: 'image', by: undefined, ...about },
    home,
  );
}

type Action = Pick<RegistryEvent, 'action' | 'origin'>;

/**
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 *
 * @returns undefined for a type that is not known
 */
function actionOf(type: string | undefined, detail: JsonObject): Action | 'not-watched' | undefined {
  switch (type) {
    case 'ECR Image Action': {
      const isPush = text(detail, 'action-type') === 'PUSH' && text(detail, 'result') === 'SUCCESS';
      return isPush ? { action: 'push' } : 'not-watched';
    }
    case 'ECR Pull Through Cache Action': {
      const prefix = text(detail, 'ecr-repository-prefix') ?? '';
      const upstream = text(detail, 'upstream-registry-url') ?? 'another registry';
      return { action: 'pull through', origin: { kind: 'pull-through', prefix, upstream } };
    }
    case 'ECR Replication Action': {
      const region = text(detail, 'source-region') ?? 'another registry';
      return { action: 'replication', origin: { kind: 'replica', region } };
    }
    default:
      return undefined;
  }
}

type Located = Readonly<Record<'id' | 'repository' | 'registryId' | 'region' | 'at', string | undefined>>;

function located(
  { id, repository, registryId, region, at }: Located,
  what: Pick<RegistryEvent, 'subject' | 'action' | 'by' | 'origin'>,
  home: Home,
): ParsedEvent {
  if (repository === undefined) return unknown('it names no repository');
  if (!repositoryName.test(repository)) return unknown('its repository is not a name of ECR');
  if (id === undefined) return unknown('it has no ID');
  const time = Date.parse(at ?? '');
  if (Number.isNaN(time)) return unknown('it has no time');
  if (registryId !== home.registryId || region !== home.region) return ignored('other-registry');
  return { kind: 'event', event: { id, repository, registryId, region, at: time, ...what } };
}

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
const repositoryName = /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*\/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function callerOf(detail: JsonObject): Caller {
  const identity = asObject(member(detail, 'userIdentity'));
  const issuer = asObject(member(asObject(member(identity, 'sessionContext')), 'sessionIssuer'));
  const arn = text(identity, 'arn');
  return {
    arn,
    role:
      text(issuer, 'type') === 'Role' || arn?.includes(':assumed-role/') ? text(issuer, 'arn') : undefined,
    kind: text(identity, 'type') ?? 'Unknown',
    source: text(detail, 'sourceIPAddress'),
    userAgent: text(detail, 'userAgent'),
    invokedBy: text(identity, 'invokedBy'),
  };
}

/** The events in the messages of a queue: the body of each is one. @returns undefined where it is not JSON */
export function jsonIn(body: Json | undefined): unknown {
  try {
    return JSON.parse(asText(body) ?? '');
  } catch {
    return undefined;
  }
}

function text(from: JsonObject, key: string): string | undefined {
  const value = asText(member(from, key));
  return value === '' ? undefined : value;
}

function unknown(reason: string): ParsedEvent {
  return { kind: 'unknown', reason };
}

function ignored(because: IgnoredBecause): ParsedEvent {
  return { kind: 'ignored', because };
}
