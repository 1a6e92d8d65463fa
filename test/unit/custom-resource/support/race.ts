/** Several requests at the same repositories at the same time, over one bench; and what must be true when each is answered. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRecord } from '../../../../core/claims/encode.ts';
import { type ClaimRecord, claimOf, newestClaim } from '../../../../core/claims/record.ts';
import { type JsonObject, member } from '../../../../core/json.ts';
import { handler } from '../../../../functions/custom-resource/handler.ts';
import { physicalIdOf } from '../../../../functions/custom-resource/identity.ts';
import { parseRequest } from '../../../../functions/custom-resource/request.ts';
import { hashOfPolicy } from '../../../../reconcile/hash.ts';
import { breachesOfDelivery, parseBody } from './contract.ts';
import { eventLike, propertiesLike } from './events.ts';
import { arnOf, repositoryLike, type Settings } from './registry.ts';
import type { Server } from './server.ts';
import { carriedOut, functionArn } from './stacks.ts';

/**
 * Whether this process, which is the server too, has stood still for so long that an answer was sent again: after 5 seconds
 * without a response. A machine under load does that, and nothing that is tested.
 */
const delays = monitorEventLoopDelay({ resolution: 50 });
delays.enable();
const hasStoodStill = () => delays.max > 4e9;

/** A repository's settings with the text of its lifecycle policy. */
export interface Present extends Settings {
  readonly policy?: string | undefined;
}

/** One resource of a stack. */
export interface Contender {
  readonly stack: string;
  readonly logicalId: string;
  /** A pattern under the race's own name. */
  readonly pattern: string;
  readonly mutability: Pick<Settings, 'mutability' | 'exclusions'>;
  readonly policy?: string | undefined;
  readonly onDelete: 'Restore' | 'Retain';
}

export interface Request {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly contender: Contender;
  readonly requestId: string;
  readonly old?: Contender | undefined;
  readonly id?: string | undefined;
  readonly delayMs?: number | undefined;
  /** Whether a Create and its Delete come at the same time: then what is true of them shows when both are answered. */
  readonly isCancelled?: boolean;
}

export interface Answer {
  readonly status: string;
  readonly id: string;
  readonly reason: string;
  readonly tookMs: number;
  /** What was not true when it was said. */
  readonly untrue: readonly string[];
}

export interface Race {
  readonly name: string;
  put(key: string, present: Present): void;
  present(key: string): Present | undefined;
  record(key: string): ClaimRecord | undefined;
  send(request: Request): Promise<Answer>;
  /** What a resource still claims, which is gone. */
  leftTo(contender: Contender): readonly string[];
  /** Takes the race out of the registry and the table, which every Delete looks through. */
  clear(): void;
  /** What is wrong while nothing is under way: settings that are not the newest claim's, or a change without an end. */
  wrongs(): readonly string[];
}

/** The same numbers for the same seed, from 0 to 1. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every answer of the server waits as long as that says. */
export function withJitter(server: Server, latencyMs: () => number): void {
  Object.defineProperty(server, 'latencyMs', { get: latencyMs, configurable: true });
}

// Enough for whatever waits for others; less than would hide that two wait for each other.
const remainingMs = 60_000;
let answers = 0;

export function startRace(server: Server, name: string): Race {
  const { repositories } = server.registry;
  const keys = new Set<string>();
  const holders = new Set<string>();
  const record = (key: string) => {
    const item = server.claims.get(arnOf(`${name}/${key}`));
    return item && decodeRecord(item);
  };
  const present = (key: string): Present | undefined => {
    const found = repositories.get(`${name}/${key}`);
    return found && { ...found.settings, policy: found.lifecycle };
  };
  return {
    name,
    record,
    present,
    put(key, { policy, ...settings }) {
      keys.add(key);
      repositories.set(`${name}/${key}`, repositoryLike(settings, { lifecycle: policy }));
    },
    async send(request) {
      if (request.delayMs !== undefined) await sleep(request.delayMs);
      answers += 1;
      const path = `race-${answers}`;
      const event = eventOf(request, name, `${server.url}/answers/${path}`);
      const holder = holderOf(event);
      holders.add(holder);
      const begunAt = performance.now();
      let untrue: readonly string[] = ['there was no answer'];
      const ended = whenAnswered(server, path, (body) => {
        untrue = untruths(request, body, {
          holder,
          keys: selectedBy(request.contender, keys),
          record,
          present,
        });
      });
      const end = begunAt + remainingMs;
      const context = {
        getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
        invokedFunctionArn: functionArn,
      };
      await carriedOut(event, () => handler(event, context));
      ended();
      const [delivery, ...others] = server.deliveries.get(path) ?? [];
      const body = delivery === undefined ? {} : parseBody(delivery.body);
      const breaches = delivery === undefined ? [] : breachesOfDelivery(delivery, event);
      const isRepeated =
        others.length > 0 && !(hasStoodStill() && others.every((each) => delivery?.body.equals(each.body)));
      return {
        status: String(member(body, 'Status')),
        id: String(member(body, 'PhysicalResourceId')),
        reason: String(member(body, 'Reason') ?? ''),
        tookMs: performance.now() - begunAt,
        untrue: [...untrue, ...breaches, ...(isRepeated ? ['a second answer'] : [])],
      };
    },
    leftTo: (contender) => {
      const holder = holderOf(eventOf({ type: 'Create', contender, requestId: 'any' }, name, server.url));
      return [...keys].flatMap((key) => {
        const { claims = [], retained = [] } = record(key) ?? {};
        const all = [...claims, ...retained.map(({ claim }) => claim)];
        return all.some((claim) => claim.holder === holder) ? [`${key} is left to ${holder}`] : [];
      });
    },
    clear() {
      for (const key of keys) repositories.delete(`${name}/${key}`);
      for (const key of keys) server.claims.set(arnOf(`${name}/${key}`), undefined);
      for (const holder of holders) server.claims.set(`stop:${holder}`, undefined);
    },
    wrongs: () => [...keys].flatMap((key) => wrongsOf(key, record(key), present(key))),
  };
}

function holderOf(event: unknown): string {
  const parsed = parseRequest(event);
  if (parsed.kind !== 'request') throw new Error('a race is made of requests');
  return physicalIdOf(parsed.request);
}

function eventOf({ type, contender, requestId, old, id }: Request, name: string, ResponseURL: string) {
  const { stack, logicalId } = contender;
  return eventLike(type === 'Create' ? 'create' : type === 'Update' ? 'update' : 'delete', {
    ResponseURL,
    RequestId: requestId,
    StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${stack}/${name}`,
    LogicalResourceId: logicalId,
    PhysicalResourceId: id,
    ResourceProperties: propertiesOf(contender, name),
    OldResourceProperties: old === undefined ? undefined : propertiesOf(old, name),
  });
}

function propertiesOf({ pattern, mutability, policy, onDelete }: Contender, name: string): JsonObject {
  return propertiesLike({
    RepositoryName: `${name}/${pattern}`,
    ImageTagMutability: mutability.mutability,
    ImageTagMutabilityExclusionFilters:
      mutability.exclusions.length === 0
        ? undefined
        : mutability.exclusions.map((value) => ({
            ImageTagMutabilityExclusionFilterType: 'WILDCARD',
            ImageTagMutabilityExclusionFilterValue: value,
          })),
    LifecyclePolicy: policy === undefined ? undefined : { LifecyclePolicyText: policy },
    OnDelete: onDelete,
  });
}

function selectedBy({ pattern }: Contender, keys: ReadonlySet<string>): readonly string[] {
  const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
  return [...keys].filter((key) => expression.test(key));
}

/** Looks at the world at the moment when CloudFormation gets an answer. */
function whenAnswered(server: Server, path: string, look: (body: JsonObject) => void): () => void {
  const { deliveries } = server;
  looks.set(path, look);
  if (!watched.has(server)) {
    watched.add(server);
    const { set } = deliveries;
    deliveries.set = (key, value) => {
      const [first] = value;
      if (first !== undefined) looks.get(key)?.(parseBody(first.body));
      return set.call(deliveries, key, value);
    };
  }
  return () => looks.delete(path);
}

const looks = new Map<string, (body: JsonObject) => void>();
const watched = new WeakSet<Server>();

interface World {
  readonly holder: string;
  readonly keys: readonly string[];
  readonly record: Race['record'];
  readonly present: Race['present'];
}

function untruths(
  request: Request,
  body: JsonObject,
  { holder, keys, record, present }: World,
): readonly string[] {
  if (member(body, 'Status') !== 'SUCCESS' || request.isCancelled === true) return [];
  const { type, contender } = request;
  return keys.flatMap((key) => {
    const found = record(key);
    const own = claimOf(found, holder);
    if (type === 'Delete') return own === undefined ? [] : [`${key} is still claimed by ${holder}`];
    if (own === undefined) return [`${key} is not claimed by ${holder}`];
    // Another one has taken it over since, or is about to.
    if (newestClaim(found) !== own || (found?.inFlight !== undefined && found.inFlight.holder !== holder))
      return [];
    const now = present(key);
    const asked = { ...contender.mutability, scanOnPush: true, policy: contender.policy ?? now?.policy };
    return textOf(now) === textOf(asked) ? [] : [`${key} is ${textOf(now)}, not ${textOf(asked)}`];
  });
}

function textOf(present: Present | undefined): string {
  if (present === undefined) return 'gone';
  const { mutability, exclusions, scanOnPush, policy } = present;
  return JSON.stringify([mutability, exclusions.toSorted(), scanOnPush, hashOfPolicy(policy)]);
}

function wrongsOf(
  key: string,
  record: ClaimRecord | undefined,
  present: Present | undefined,
): readonly string[] {
  if (record?.inFlight !== undefined)
    return [`a change of ${key} by ${record.inFlight.holder} has not ended`];
  const newest = newestClaim(record);
  if (newest === undefined || present === undefined) return [];
  const { tagMutability, scanOnPush, lifecyclePolicy } = newest.set;
  const policy = hashOfPolicy(present.policy);
  const isAsSet =
    tagMutability.mutability === present.mutability &&
    tagMutability.exclusions.toSorted().join() === present.exclusions.toSorted().join() &&
    scanOnPush === present.scanOnPush &&
    (lifecyclePolicy === undefined || lifecyclePolicy === policy);
  return isAsSet ? [] : [`${key} is ${textOf(present)}, not as ${newest.holder} has set it`];
}
