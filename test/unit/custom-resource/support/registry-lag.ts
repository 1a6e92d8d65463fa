/** Reads that lag behind writes, as ECR's do: what they show is what was there a while ago. */
import type { Operation } from './operations.ts';
import type { Registry, Repository } from './registry.ts';

/** How far reads lag behind. */
export interface ReadLag {
  /** For how many milliseconds a write may not be seen; 0: never. */
  ms: number;
  /** Every so-manieth read sees it at once, as where several machines answer; 0: none does. */
  freshEvery: number;
}

/** Reads whose answers may be old. A preview is begun and looked at by the same caller. */
const lagging: readonly Operation[] = [
  'DescribeRepositories',
  'ListTagsForResource',
  'GetLifecyclePolicy',
  'GetAccountSetting',
  'BatchGetRepositoryScanningConfiguration',
];

interface Past {
  readonly at: number;
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly account: ReadonlyMap<string, string>;
}

/** What an operation works on: the registry, or a copy of what it was. */
export function startLag(registry: Registry, lag: ReadLag): (operation: Operation) => Registry {
  const past: Past[] = [];
  let reads = 0;
  const remember = (at: number) => {
    const { repositories, account } = registry;
    past.push({ at, repositories: new Map(repositories), account: new Map(account) });
  };
  return (operation) => {
    if (lag.ms === 0) {
      past.length = 0;
      return registry;
    }
    const now = Date.now();
    remember(now);
    // What the operation writes is there before the next one comes.
    if (!lagging.includes(operation)) return registry;
    reads += 1;
    if (lag.freshEvery > 0 && reads % lag.freshEvery === 0) return registry;
    const then = past.findLast(({ at }) => at <= now - lag.ms) ?? past[0];
    if (then === undefined) return registry;
    const { repositories, account } = then;
    return { ...registry, repositories: new Map(repositories), account: new Map(account) };
  };
}
