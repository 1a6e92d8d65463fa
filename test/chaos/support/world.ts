/** An account in memory: a registry, the claims table, a clock; and processes that call them and may die at any call. */
import { AwsCallError } from '../../../aws/call-error.ts';
import type { ClaimChange, ClaimItem, ClaimsTable } from '../../../aws/claims/claims-table.ts';
import type { Ecr, Repository } from '../../../aws/ecr/ecr.ts';
import { isMutability } from '../../../core/settings/tag-mutability.ts';
import type { State } from '../../unit/custom-resource/support/model-settings.ts';

export interface World {
  readonly repositories: Map<string, State>;
  readonly items: Map<string, ClaimItem>;
  readonly account: Map<string, string>;
  /** Milliseconds since 1970. */
  now: number;
  /** Writes that reached ECR. */
  writes: number;
}

export function worldOf(repositories: Readonly<Record<string, State>>): World {
  return {
    repositories: new Map(Object.entries(repositories)),
    items: new Map(),
    account: new Map(),
    now: 1_800_000_000_000,
    writes: 0,
  };
}

/** What goes wrong at one call: the process dies before or after its effect; its answer gets lost; it is denied. */
export interface Fault {
  readonly call: number;
  readonly kind: 'dies before' | 'dies after' | 'lost' | 'denied';
}

/** One invocation of the function. */
export interface Process {
  readonly fault: Fault | undefined;
  /** How many turns of the event loop a call takes, at random. */
  readonly turns: () => number;
  calls: number;
  isDead: boolean;
  readonly died: Promise<'died'>;
  readonly die: () => void;
}

export function processOf(fault: Fault | undefined, turns: () => number = () => 0): Process {
  let die = () => {};
  const died = new Promise<'died'>((resolve) => {
    die = () => resolve('died');
  });
  const process: Process = {
    fault,
    turns,
    calls: 0,
    isDead: false,
    died,
    die,
  };
  return process;
}

const never = new Promise<never>(() => undefined);

async function call<Value>(
  process: Process,
  name: string,
  subject: string,
  work: () => Value,
): Promise<Value> {
  for (let left = process.turns(); left >= 0; left -= 1)
    await new Promise((resolve) => setImmediate(resolve));
  if (process.isDead) return never;
  process.calls += 1;
  const kind = process.fault?.call === process.calls ? process.fault.kind : undefined;
  if (kind === 'dies before') return deathOf(process);
  if (kind === 'denied') throw failure(name, subject, 'AccessDeniedException', 400);
  const value = work();
  if (kind === 'dies after') return deathOf(process);
  if (kind === 'lost') throw failure(name, subject, 'TimeoutError', undefined);
  return value;
}

function deathOf(process: Process): Promise<never> {
  process.isDead = true;
  process.die();
  return never;
}

function failure(operation: string, subject: string, name: string, status: number | undefined): AwsCallError {
  const cause = Object.assign(new Error(name), { $metadata: { httpStatusCode: status } });
  cause.name = name;
  return new AwsCallError(operation, subject, cause);
}

export const arnOf = (name: string) => `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;
export const createdAt = 1_700_000_000_000;

function describe(name: string, { mutability, exclusions, scanOnPush }: State): Repository {
  if (!isMutability(mutability)) throw new Error(`${mutability} is no tag mutability`);
  return {
    ...{ name, arn: arnOf(name), uri: name, registryId: '123456789012', encryption: 'AES256', createdAt },
    ...{ tagMutability: { mutability, exclusions }, scanOnPush },
  };
}

/** Amazon ECR for one process. */
export function ecrFor(world: World, process: Process): Ecr {
  const { repositories, account } = world;
  const all = () => [...repositories].map(([name, state]) => describe(name, state));
  const put = (operation: string, name: string, change: Partial<State>) =>
    call(process, operation, name, () => {
      const state = repositories.get(name);
      if (state === undefined) throw failure(operation, name, 'RepositoryNotFoundException', 400);
      world.writes += 1;
      repositories.set(name, { ...state, ...change });
      return true;
    }).then(() => undefined);
  const previewed = new Map<string, string>();
  return {
    repository: async (name) =>
      (await call(process, 'Describe', name, all)).find((each) => each.name === name),
    repositories: () => call(process, 'Describe', '', all),
    repositoriesNamed: async (names) =>
      (await call(process, 'Describe', '', all)).filter(({ name }) => names.includes(name)),
    scanFrequencies: (names) =>
      call(process, 'Scanning', '', () => new Map(names.map((name) => [name, 'SCAN_ON_PUSH']))),
    scanType: () => call(process, 'ScanType', '', () => 'BASIC'),
    putTagMutability: (name, value) => put('PutImageTagMutability', name, value),
    putScanOnPush: (name, scanOnPush) => put('PutImageScanningConfiguration', name, { scanOnPush }),
    tags: () => call(process, 'Tags', '', () => new Map()),
    lifecyclePolicy: async (name) =>
      (await call(process, 'GetLifecyclePolicy', name, () => [repositories.get(name)?.policy]))[0],
    putLifecyclePolicy: (name, policy) => put('PutLifecyclePolicy', name, { policy }),
    deleteLifecyclePolicy: (name) => put('DeleteLifecyclePolicy', name, { policy: undefined }),
    async startPreview(name, text) {
      await call(process, 'StartPreview', name, () => true);
      previewed.set(name, text);
    },
    preview: (name) =>
      call(process, 'GetPreview', name, () => ({
        status: 'complete',
        text: previewed.get(name) ?? '',
        expiring: [],
      })),
    pulledImages: (name) => call(process, 'DescribeImages', name, () => new Map()),
    accountSetting: async (name) =>
      (await call(process, 'GetAccountSetting', name, () => [account.get(name)]))[0],
    putAccountSetting: async (name, value) =>
      void (await call(process, 'PutAccountSetting', name, () => account.set(name, value))),
  };
}

/** The claims table for one process. */
export function tableFor(world: World, process: Process): ClaimsTable {
  const { items } = world;
  const present = () =>
    [...items.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt * 1000 > world.now);
  const work = <Value>(name: string, effect: () => Value) => call(process, name, 'the claims table', effect);
  /** Each that is as expected; or all or none. */
  const write = (changes: readonly ClaimChange[], isTogether: boolean) =>
    work('TransactWriteItems', () => {
      const isFree = ({ item, expected }: ClaimChange) => (items.get(item.key)?.version ?? 0) === expected;
      const taken = changes.filter((change) => !isFree(change));
      const left = isTogether && taken.length > 0 ? changes : taken;
      for (const change of changes) if (!left.includes(change)) items.set(change.item.key, change.item);
      return left.map(({ item }) => item.key);
    });
  const read = (keys: readonly string[]) =>
    work(
      'BatchGetItem',
      () =>
        new Map(present().flatMap((item) => (keys.includes(item.key) ? [[item.key, item] as const] : []))),
    );
  return {
    read,
    versions: async (keys) => new Map([...(await read(keys))].map(([key, { version }]) => [key, version])),
    write: (changes) => write(changes, false),
    writeTogether: (changes) => write(changes, true),
    heldBy: (holder) => work('Scan', () => present().filter(({ holders }) => holders.includes(holder))),
    async *all() {
      yield* await work('Scan', present);
    },
  };
}
