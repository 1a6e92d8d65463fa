/** The real side of the model: the handler over the bench, and what the registry holds before and after a request. */
import { isObject, type JsonObject, member } from '../../../../core/json.ts';
import type { Bench } from './bench.ts';
import { breachesOfDelivery, parseBody } from './contract.ts';
import { propertiesLike } from './events.ts';
import type { State } from './model-settings.ts';
import { isMissing, type Key, keys, propertiesOf, type Wish } from './model-wishes.ts';
import { repositoryLike } from './registry.ts';
import type { Step } from './server.ts';

/** One repository: its state, the tags in which it is remembered, and those of others. */
export interface Shot {
  readonly state: State;
  readonly memory: Readonly<Record<string, string>>;
  readonly others: Readonly<Record<string, string>>;
}

export type World = ReadonlyMap<Key, Shot>;

/** A write to one repository that the organisation's policy blocks, the first time that it comes. */
export interface Block {
  readonly key: Key;
  readonly step: Extract<
    Step,
    'remember' | 'forget' | 'put mutability' | 'put scanning' | 'put lifecycle' | 'delete lifecycle'
  >;
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
}

export interface Real {
  readonly own: string;
  world(): World;
  /** Somebody else puts a state, where there is such a repository or there is to be one. */
  put(key: Key, state: State): void;
  remove(key: Key): void;
  /** Somebody takes tags away. */
  untag(key: Key, keys: RegExp): void;
  send(sent: Sent): Promise<Told>;
}

/** Throws what a property has found. */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

const prefix = 'ecr-hardening:';

export function realOf(bench: Bench, own: string): Real {
  const { repositories } = bench.server.registry;
  const nameOf = (key: Key) => `${own}/${key}`;
  const pick = (tags: ReadonlyMap<string, string>, isMemory: boolean) =>
    Object.fromEntries([...tags].filter(([key]) => key.startsWith(prefix) === isMemory).toSorted());
  const world = () =>
    new Map(
      keys.flatMap((key): [Key, Shot][] => {
        const found = repositories.get(nameOf(key));
        if (found === undefined) return [];
        const { settings, tags, lifecycle } = found;
        const state = { ...settings, policy: lifecycle };
        return [[key, { state, memory: pick(tags, true), others: pick(tags, false) }]];
      }),
    );
  return {
    own,
    world,
    put(key, { policy, ...settings }) {
      const existing =
        repositories.get(nameOf(key)) ?? repositoryLike(settings, { tags: new Map([['team', key]]) });
      repositories.set(nameOf(key), { ...existing, settings, lifecycle: policy });
    },
    remove: (key) => void repositories.delete(nameOf(key)),
    untag(key, pattern) {
      const found = repositories.get(nameOf(key));
      const tags = new Map([...(found?.tags ?? [])].filter(([name]) => !pattern.test(name)));
      if (found !== undefined) repositories.set(nameOf(key), { ...found, tags });
    },
    async send(sent) {
      const { wish, old, block, isLost = false } = sent;
      const before = world();
      const outcome = await bench.run({
        repository: own,
        // What is not there is looked for a while, where there is time.
        remainingMs: sent.type !== 'Delete' && isMissing(wish, [...before.keys()]) ? 1_500 : 60_000,
        fault: isLost ? { step: 'answer', fault: 'status 403', times: Number.POSITIVE_INFINITY } : [],
        faults:
          block === undefined
            ? {}
            : { [block.key]: { step: block.step, fault: 'blocked by the organisation', times: 1 } },
        event: {
          RequestType: sent.type,
          RequestId: sent.requestId,
          StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${sent.stack}/${own}`,
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
        .filter(({ step }) => /^(put|remember|forget|delete)/.test(step))
        .map(({ step, repository }) => `${step} ${repository.slice(own.length + 1)}`);
      return {
        status: member(answer, 'Status') === 'SUCCESS' ? 'SUCCESS' : 'FAILED',
        id: String(member(answer, 'PhysicalResourceId')),
        reason: String(member(answer, 'Reason') ?? ''),
        data: isObject(data) ? data : propertiesLike({}),
        before,
        after: world(),
        writes,
        isStruck: block !== undefined && writes.includes(`${block.step} ${block.key}`),
      };
    },
  };
}
