/** The evidence of use, as far as it is about one batch. */
import type { ObjectStore } from '../aws/objects/object-store.ts';
import { isUnknown } from '../core/known.ts';
import type { ImageReference, UnreadSource, UsageEvidence } from '../core/usage/evidence.ts';
import type { EvidenceLine } from './evidence.ts';
import type { SweepItem } from './items.ts';
import { sweepKeys } from './keys.ts';
import type { SweepInfo } from './sweep-info.ts';

/** The evidence of a batch. */
export interface BatchUsage extends UsageEvidence {
  /** By repository. */
  readonly byRepository: ReadonlyMap<string, readonly ImageReference[]>;
}

/** What was read longer ago does not show that an image is not in use. */
export const maxEvidenceAgeMs = 12 * 60 * 60 * 1000;

const tooOld: UnreadSource = { code: 'failed', action: 'sweep:evidence', error: 'EvidenceTooOld' };

/** Reads it with one call. One that is too old still shows what is in use, and no longer what is not. */
export async function usageOfBatch(
  items: readonly SweepItem[],
  { sweep, registry, evidence }: SweepInfo,
  objects: Pick<ObjectStore, 'getRange'>,
  now: number,
): Promise<BatchUsage> {
  const byRepository = await referencesOf(items, sweep, registry, objects);
  const references = [...byRepository.values()].flat();
  const { readAt = 0, usage = {} } = evidence ?? {};
  const isOld = now - readAt > maxEvidenceAgeMs;
  const sources = isOld
    ? Object.fromEntries(
        Object.entries(usage).map(([source, read]) => [source, isUnknown(read) ? read : { unknown: tooOld }]),
      )
    : usage;
  return { readAt, references, sources, byRepository };
}

async function referencesOf(
  items: readonly SweepItem[],
  sweep: string,
  registry: SweepInfo['registry'],
  objects: Pick<ObjectStore, 'getRange'>,
): Promise<ReadonlyMap<string, readonly ImageReference[]>> {
  const named = items.flatMap(({ name, evidence }) =>
    evidence === undefined ? [] : [{ name, from: evidence[0], to: evidence[1] }],
  );
  if (named.length === 0) return new Map();
  // In the order of the items, so that what is between is theirs too.
  const from = Math.min(...named.map((each) => each.from));
  const to = Math.max(...named.map((each) => each.to));
  const text = Buffer.from(await objects.getRange(sweepKeys(sweep).evidence, from, to));
  return new Map(
    named.map((each) => {
      const line: EvidenceLine = JSON.parse(text.subarray(each.from - from, each.to - from).toString());
      return [each.name, line.map((reference) => ({ ...registry, repository: each.name, ...reference }))];
    }),
  );
}
