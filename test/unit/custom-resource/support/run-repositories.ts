/** The repositories of one run: its own, and others under its name. */
import { decodeRecord, encodeRecord } from '../../../../core/claims/encode.ts';
import type { ClaimRecord } from '../../../../core/claims/record.ts';
import { recordOf } from './claims-records.ts';
import type { StubClaimsTable } from './claims-table.ts';
import { type Image, nameIn, type Registry, repositoryLike, type Settings } from './registry.ts';

/** What is there before a run. */
export interface Given {
  /** What the run's own repository is before; undefined: there is none. */
  readonly before?: Settings | undefined;
  /** Its tags, the text of its lifecycle policy and its images. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly lifecycle?: string;
  readonly images?: readonly Image[];
  /** More repositories, by the last part of their names: `<own name>/<key>`. */
  readonly others?: Readonly<Record<string, Settings>>;
  /** The tags of each of those. */
  readonly othersTags?: Readonly<Record<string, string>>;
}

/** What is there after it. */
export interface Left {
  readonly after: Settings | undefined;
  /** Undefined when there is no repository. */
  readonly tagsAfter: Readonly<Record<string, string>> | undefined;
  readonly lifecycleAfter: string | undefined;
  /** What the table says of who wants what of it; undefined where it holds no record. */
  readonly claimsAfter: ClaimRecord | undefined;
  /** Every repository under the own one's name, by the rest of its name. */
  readonly othersAfter: Readonly<Record<string, Settings>>;
}

/** Whether a repository is the run's own or one of its others. */
export function isOf(own: string, name: string): boolean {
  return name === own || name.startsWith(`${own}/`);
}

const hourMs = 60 * 60 * 1000;

/** Makes the records of a run's repositories an hour older, except for changes that have not ended. */
export function letTimePass(claims: StubClaimsTable, own: string): void {
  for (const item of claims.list()) {
    const record = isOf(own, nameIn(item.key) ?? '') ? decodeRecord(item) : undefined;
    if (record === undefined || record.inFlight !== undefined) continue;
    claims.set(item.key, {
      ...item,
      body: encodeRecord({ ...record, changedAt: record.changedAt - hourMs }),
    });
  }
}

/** Makes what is given; a repository that is there already keeps what is not given. */
export function prepare({ repositories }: Registry, own: string, given: Given): void {
  const { tags, lifecycle, images, others = {}, othersTags = {} } = given;
  const existing = repositories.get(own);
  const settings = given.before ?? existing?.settings;
  if (settings !== undefined)
    repositories.set(own, {
      ...repositoryLike(settings, existing),
      settings,
      ...(tags === undefined ? {} : { tags: new Map(Object.entries(tags)) }),
      ...(lifecycle === undefined ? {} : { lifecycle }),
      ...(images === undefined ? {} : { images }),
    });
  for (const [key, settings] of Object.entries(others))
    repositories.set(
      `${own}/${key}`,
      repositoryLike(settings, { tags: new Map(Object.entries(othersTags)) }),
    );
}

export function leftOf({ repositories }: Registry, claims: StubClaimsTable, own: string): Left {
  const repository = repositories.get(own);
  const others = [...repositories].filter(([name]) => name !== own && isOf(own, name));
  return {
    after: repository?.settings,
    tagsAfter: repository && Object.fromEntries(repository.tags),
    lifecycleAfter: repository?.lifecycle,
    claimsAfter: recordOf(claims, own),
    othersAfter: Object.fromEntries(
      others.map(([name, { settings }]) => [name.slice(own.length + 1), settings]),
    ),
  };
}
