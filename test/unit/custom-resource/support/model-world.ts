/** The real side of the model: the handler over the bench, and what registry and table hold before and after a request. */
import { decodeRecord } from '../../../../core/claims/encode.ts';
import type { ClaimRecord } from '../../../../core/claims/record.ts';
import { followsFailure, revertsLastChange } from '../../../../core/claims/rolled-back.ts';
import { isObject, type JsonObject, member } from '../../../../core/json.ts';
import { physicalIdOf } from '../../../../functions/custom-resource/identity.ts';
import { hashOf } from '../../../../reconcile/hash.ts';
import type { Bench } from './bench.ts';
import { breachesOfDelivery, parseBody } from './contract.ts';
import { propertiesLike } from './events.ts';
import type { State } from './model-settings.ts';
import { isMissing, type Key, keys, propertiesOf, type Wish } from './model-wishes.ts';
import { arnOf, repositoryLike } from './registry.ts';
import type { Step } from './server.ts';

/** One repository: its state, the record of its claims, and its tags. */
export interface Shot {
  readonly state: State;
  /** Undefined where nobody claims it, or the one that was claimed was deleted and this one made anew. */
  readonly record: ClaimRecord | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export type World = ReadonlyMap<Key, Shot>;

/** A write of one repository, or of a transaction that begins with its claims, which fails once. */
export interface Block {
  readonly key: Key;
  readonly step: Extract<
    Step,
    'write claims' | 'put mutability' | 'put scanning' | 'put lifecycle' | 'delete lifecycle'
  >;
  /** Which of the writes of that kind; the claims are written before the first change and after the last. */
  readonly from: number;
}

/** One request of CloudFormation. */
export interface Sent {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly stack: string;
  readonly logicalId: string;
  readonly requestId: string;
  readonly wish: Wish;
  readonly old?: Wish | undefined;
  readonly id?: string | undefined;
  readonly block?: Block | undefined;
  /** Whether CloudFormation never hears the answer. */
  readonly isLost?: boolean;
}

/** What came of it. */
export interface Told {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly id: string;
  readonly reason: string;
  readonly data: JsonObject;
  readonly before: World;
  readonly after: World;
  /** The writes that reached ECR, as `<step> <key>`. */
  readonly writes: readonly string[];
  /** Whether the block was met. */
  readonly isStruck: boolean;
  /** Whether the claims of a repository that is there no more show that the request rolls another one back. */
  readonly isRollbackOfGone: boolean;
}

export interface Real {
  readonly own: string;
  world(): World;
  /** Somebody else puts a state, where there is such a repository or there is to be one. */
  put(key: Key, state: State): void;
  remove(key: Key): void;
  send(sent: Sent): Promise<Told>;
}

/** Throws what a property has found. */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** As claims have it: without CloudFormation's own properties. */
function hashOfWish(wish: Wish, own: string): string {
  const { ServiceToken: _, ServiceTimeout: __, ...properties } = propertiesOf(wish, own);
  return hashOf(properties);
}

function strikes({ step, key, from }: Block, writes: readonly string[]): boolean {
  return writes.filter((write) => write === `${step} ${key}`).length >= from;
}

export function realOf(bench: Bench, own: string): Real {
  const { claims, registry } = bench.server;
  const { repositories } = registry;
  const nameOf = (key: Key) => `${own}/${key}`;
  const recordOf = (name: string, createdAt: number) => {
    const item = claims.get(arnOf(name));
    const record = item && decodeRecord(item);
    must(item === undefined || record !== undefined, `the record of ${name} is damaged`);
    const isInUse = record !== undefined && record.claims.length + record.retained.length > 0;
    must(record?.inFlight === undefined, `a change of ${name} is still under way`);
    return isInUse && record.createdAt === createdAt * 1000 ? record : undefined;
  };
  const world = () =>
    new Map(
      keys.flatMap((key): [Key, Shot][] => {
        const found = repositories.get(nameOf(key));
        if (found === undefined) return [];
        const { settings, tags, lifecycle, createdAt } = found;
        const state = { ...settings, policy: lifecycle };
        return [[key, { state, record: recordOf(nameOf(key), createdAt), tags: Object.fromEntries(tags) }]];
      }),
    );
  const stackIdOf = (stack: string) => `arn:aws:cloudformation:us-east-1:123456789012:stack/${stack}/${own}`;
  /** What the table still says of repositories that were deleted. */
  const staleClaims = (stack: string, logicalResourceId: string) => {
    const holder = physicalIdOf({ stackId: stackIdOf(stack), logicalResourceId });
    return keys.flatMap((key) => {
      const item = claims.get(arnOf(nameOf(key)));
      const record = item && decodeRecord(item);
      const createdAt = (repositories.get(nameOf(key))?.createdAt ?? 0) * 1000;
      if (record === undefined || record.createdAt === createdAt) return [];
      return [...record.claims, ...record.retained.map(({ claim }) => claim)].filter(
        (claim) => claim.holder === holder,
      );
    });
  };
  let made = 0;
  return {
    own,
    world,
    put(key, { policy, ...settings }) {
      made += 1;
      const createdAt = 1_767_225_600 + made;
      const existing =
        repositories.get(nameOf(key)) ??
        repositoryLike(settings, { tags: new Map([['team', key]]), createdAt });
      repositories.set(nameOf(key), { ...existing, settings, lifecycle: policy });
    },
    remove: (key) => void repositories.delete(nameOf(key)),
    async send(sent) {
      const { wish, old, block, isLost = false } = sent;
      const before = world();
      const isRollbackOfGone = staleClaims(sent.stack, sent.logicalId).some((claim) => {
        const properties = hashOfWish(wish, own);
        const replacedProperties = old === undefined ? '' : hashOfWish(old, own);
        const hashes = { properties, replacedProperties };
        return revertsLastChange(claim, hashes) || followsFailure(claim, hashes);
      });
      const outcome = await bench.run({
        repository: own,
        // What is not there is looked for a while, where there is time.
        remainingMs: sent.type !== 'Delete' && isMissing(wish, [...before.keys()]) ? 1_500 : 60_000,
        fault: isLost ? { step: 'answer', fault: 'status 403', times: Number.POSITIVE_INFINITY } : [],
        faults:
          block === undefined
            ? {}
            : {
                [block.key]: {
                  ...{ step: block.step, from: block.from, times: 1 },
                  fault: block.step === 'write claims' ? 'access denied' : 'blocked by the organisation',
                },
              },
        event: {
          RequestType: sent.type,
          RequestId: sent.requestId,
          StackId: stackIdOf(sent.stack),
          LogicalResourceId: sent.logicalId,
          PhysicalResourceId: sent.id,
          ResourceProperties: propertiesOf(wish, own),
          OldResourceProperties: old === undefined ? undefined : propertiesOf(old, own),
        },
      });
      const { deliveries, event, thrown, calls } = outcome;
      const [delivery, ...others] = deliveries;
      must(thrown === undefined, `the handler threw ${String(thrown)}`);
      must(delivery !== undefined && others.length === 0, `${deliveries.length} answers`);
      const breaches = breachesOfDelivery(delivery, event);
      must(breaches.length === 0, `the answer ${breaches.join(', ')}`);
      const answer = parseBody(delivery.body);
      const data = member(answer, 'Data');
      const writes = calls
        // Not that it asks its own resource to stop, as every Delete does.
        .filter(({ step, repository }) => /^(put|write|delete)/.test(step) && !repository.startsWith('stop:'))
        .map(({ step, repository }) => `${step} ${repository.slice(own.length + 1)}`);
      return {
        status: member(answer, 'Status') === 'SUCCESS' ? 'SUCCESS' : 'FAILED',
        id: String(member(answer, 'PhysicalResourceId')),
        reason: String(member(answer, 'Reason') ?? ''),
        data: isObject(data) ? data : propertiesLike({}),
        before,
        after: world(),
        writes,
        isStruck: block !== undefined && strikes(block, writes),
        isRollbackOfGone,
      };
    },
  };
}
