/** What the bench's ECR holds: repositories and the registry's own settings, in memory. */
import { isList, type JsonObject, member } from '../../../../core/json.ts';
import { errorReply, invalid, type Reply } from './reply.ts';

/** A repository's settings, as the bench keeps and compares them. */
export interface Settings {
  readonly mutability: string;
  readonly exclusions: readonly string[];
  readonly scanOnPush: boolean;
}

/** Safe by nothing: what ECR gives to who says nothing. */
export const unsafe: Settings = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
export const safe: Settings = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };

/** One image; times are in seconds since 1970, as ECR's protocol has them. */
export interface Image {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
  readonly lastPulledAt?: number;
}

/** So many images, one pushed every hour; the first is the oldest. */
export function imagesLike(count: number): readonly Image[] {
  return Array.from({ length: count }, (_, index) => ({
    digest: `sha256:${index.toString(16).padStart(64, '0')}`,
    tags: [`v${index}`],
    pushedAt: 1_767_225_600 + index * 3600,
  }));
}

/** What became of StartLifecyclePolicyPreview. */
export interface Preview {
  readonly text: string;
  /** How many more looks find it IN_PROGRESS. */
  readonly looksLeft: number;
  readonly expiring: readonly {
    readonly image: Image;
    readonly priority: number;
    readonly action: 'EXPIRE' | 'TRANSITION';
  }[];
}

export interface Repository {
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly settings: Settings;
  readonly tags: ReadonlyMap<string, string>;
  /** The text of its lifecycle policy. */
  readonly lifecycle: string | undefined;
  /** The text of its repository policy. */
  readonly policy?: string;
  readonly images: readonly Image[];
  readonly preview: Preview | undefined;
}

/** A repository that has nothing but settings, and what is given. */
export function repositoryLike(settings: Settings, more: Partial<Repository> = {}): Repository {
  const createdAt = 1_767_225_600;
  return {
    createdAt,
    settings,
    tags: new Map(),
    lifecycle: undefined,
    images: [],
    preview: undefined,
    ...more,
  };
}

/** How the whole registry is scanned. */
export interface RegistryScanning {
  readonly type: 'BASIC' | 'ENHANCED' | 'DISABLED';
  /** Whether a rule covers every repository. */
  readonly isEverythingCovered: boolean;
}

export interface Registry {
  readonly repositories: Map<string, Repository>;
  /** Account settings that somebody put. */
  readonly account: Map<string, string>;
  scanning: RegistryScanning;
  /** Prefixes of pull through cache rules; none if left out. */
  pullThrough?: readonly string[];
  /** How many looks find a preview that begins from now on IN_PROGRESS (Infinity: all). */
  previewLooks: number;
}

export function emptyRegistry(): Registry {
  return {
    repositories: new Map(),
    account: new Map(),
    scanning: { type: 'BASIC', isEverythingCovered: false },
    previewLooks: 1,
  };
}

const arnStart = 'arn:aws:ecr:us-east-1:123456789012:repository/';

export function arnOf(name: string): string {
  return `${arnStart}${name}`;
}

/** The name in an ARN of this registry; undefined for any other text. */
export function nameIn(arn: string): string | undefined {
  return arn.startsWith(arnStart) ? arn.slice(arnStart.length) : undefined;
}

/** The names that a request is about, be it by name or by ARN. */
export function namesOf(input: JsonObject): readonly string[] {
  const names = member(input, 'repositoryNames');
  const arn = member(input, 'resourceArn');
  const byArn = typeof arn === 'string' && arn.startsWith(arnStart) ? [arn.slice(arnStart.length)] : [];
  const given = isList(names) ? names : [member(input, 'repositoryName') ?? null, ...byArn];
  return given.filter((name) => typeof name === 'string');
}

/** What one operation does. */
export type Perform = (registry: Registry, input: JsonObject) => Reply;

/** A request about one repository, which exists. */
export interface Target {
  readonly registry: Registry;
  readonly input: JsonObject;
  readonly name: string;
  readonly repository: Repository;
  /** Replaces parts of the repository. */
  replace(parts: Partial<Repository>): void;
}

export function onRepository(perform: (target: Target) => Reply): Perform {
  return (registry, input) => {
    const name = namesOf(input)[0];
    if (name === undefined) return invalid('The request names no repository of this registry');
    const repository = registry.repositories.get(name);
    if (repository === undefined) return notFound(name);
    const replace = (parts: Partial<Repository>) =>
      void registry.repositories.set(name, { ...repository, ...parts });
    return perform({ registry, input, name, repository, replace });
  };
}

export function notFound(name: string): Reply {
  return errorReply(
    400,
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '123456789012'`,
  );
}
