/** Who uses images, read once for all repositories of a request, and only if a lifecycle policy would expire any. */

import { type Deadline, deadlineIn } from '../aws/deadline.ts';
import type { Usage, UsageRegistry } from '../aws/usage/usage-reads.ts';
import { groupBy } from '../core/group-by.ts';
import { isUnknown } from '../core/known.ts';
import {
  type ImageReference,
  type UnreadSource,
  type UsageEvidence,
  type UsageSource,
  usageSources,
} from '../core/usage/evidence.ts';
import { type IndexReader, noIndexes } from './known-indexes.ts';

/** What is looked at, and how. */
export interface UsageLookOptions {
  /** The registry of the repositories. */
  readonly registry: UsageRegistry;
  /** The sources without which it is not known whether images are in use: then no policy that expires any is put. */
  readonly required: readonly UsageSource[];
  /** Reads image indexes, once something that is one would expire; without it none is read. */
  readonly connectIndexes?: ((deadline: Deadline) => IndexReader) | undefined;
  /** Connects when something would expire for the first time; every call ends at the deadline. */
  readonly connect: (deadline: Deadline) => Usage;
}

/** A source that was not read, and why. */
export interface UnreadUsage {
  readonly what: UsageSource | 'image-indexes';
  readonly reason: UnreadSource;
}

/** What is known of who uses images. */
export interface UsageLook {
  /** The evidence, which is read once, at the first call. @throws errors of `connect` */
  evidence(): Promise<UsageEvidence>;
  /** Images that would expire: those that are given before the evidence is read have their users named as well as AWS can. */
  askFor(repository: string, digests: readonly string[]): void;
  /** To which images image indexes refer. */
  readonly readIndexes: IndexReader;
  /** The references to images of one repository. */
  referencesTo(repository: string): Promise<readonly ImageReference[]>;
  /** The sources that were not read: those that are required, and all others. */
  unread(): Promise<{ readonly required: readonly UnreadUsage[]; readonly others: readonly UnreadUsage[] }>;
}

// Pulls come from ECR, with the images themselves.
const read = usageSources.filter((source) => source !== 'pulls');
const maxMs = 120_000;

/** @param deadline of the request's work, of which the reading of evidence takes half at most */
export function startUsageLook(
  { registry, required, connect, connectIndexes = () => noIndexes }: UsageLookOptions,
  deadline: Deadline,
): UsageLook {
  let reading: Promise<UsageEvidence> | undefined;
  let grouped: Promise<ReadonlyMap<string, readonly ImageReference[]>> | undefined;
  const asked = new Map<string, Set<string>>();
  const evidence = () => {
    reading ??= readEvidence({ registry, connect }, asked, deadline);
    return reading;
  };
  const references = () => {
    grouped ??= evidence().then((found) => groupBy(found.references.filter(isOf(registry)), repositoryOf));
    return grouped;
  };
  let indexes: IndexReader | undefined;
  return {
    evidence,
    readIndexes(repository, digests) {
      indexes ??= connectIndexes(deadline);
      return indexes(repository, digests);
    },
    askFor(repository, digests) {
      asked.set(repository, new Set([...(asked.get(repository) ?? []), ...digests]));
    },
    referencesTo: async (repository) => (await references()).get(repository) ?? [],
    async unread() {
      const { sources } = await evidence();
      const unread = read.flatMap((source): readonly UnreadUsage[] => {
        const known = sources[source] ?? { unknown: { code: 'not-requested' } };
        return isUnknown<number, UnreadSource>(known) ? [{ what: source, reason: known.unknown }] : [];
      });
      const isRequired = ({ what }: UnreadUsage) => required.some((source) => source === what);
      return {
        required: unread.filter(isRequired),
        others: unread.filter((each) => !isRequired(each)),
      };
    },
  };
}

async function readEvidence(
  { registry, connect }: Pick<UsageLookOptions, 'registry' | 'connect'>,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
  deadline: Deadline,
): Promise<UsageEvidence> {
  const limit = deadlineIn(Math.min(maxMs, deadline.leftMs() / 2), deadline.signal);
  try {
    const usage = connect(limit);
    try {
      return await usage.read(registry, read, {
        isAskedFor: ({ repository, digest }) => asked.get(repository)?.has(digest) === true,
      });
    } finally {
      usage.close();
    }
  } finally {
    limit.dispose();
  }
}

function isOf({ registryId, region }: UsageRegistry): (reference: ImageReference) => boolean {
  return (reference) => reference.registryId === registryId && reference.region === region;
}

function repositoryOf({ repository }: ImageReference): string {
  return repository;
}
