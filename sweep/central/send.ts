/** What a keeper does after a sweep for the centre of its organisation. It may run again: the same files are written again. */
import type { ObjectStore } from '../../aws/objects/object-store.ts';
import { sweepKeys } from '../keys.ts';
import type { SweepSummary } from '../summarise.ts';
import { type CentralSweep, centralSweepOf } from './event.ts';
import { centralReportKeys, reportFiles } from './keys.ts';

/**
 * Copies the reports of a sweep into the central bucket, and returns what the centre is sent.
 *
 * @param central the central bucket; undefined if there is none
 * @throws Error if the sweep has no summary or a report is missing; errors of the buckets
 */
export async function prepareForCentre(
  sweep: string,
  own: ObjectStore,
  central: ObjectStore | undefined,
): Promise<CentralSweep> {
  const keys = sweepKeys(sweep);
  const object = await own.get(keys.summary);
  // Written by the summary of this or an earlier version of the application.
  const summary: SweepSummary | undefined = object && JSON.parse(object.text);
  if (summary === undefined) throw new Error(`the sweep ${sweep} has no summary`);
  if (central !== undefined) {
    const { registryId: account, region } = summary.info.registry;
    const to = centralReportKeys({ account, region }, sweep);
    for (const [file, contentType] of reportFiles)
      await copy(own, keys[file], central, { key: to[file], contentType });
  }
  return centralSweepOf(summary, central !== undefined);
}

/**
 * Byte by byte the same, since a page runs only the script whose sum it has; in pieces, since reports of a large registry do not fit
 * into memory.
 */
async function copy(
  from: ObjectStore,
  key: string,
  to: ObjectStore,
  target: { readonly key: string; readonly contentType: string },
): Promise<void> {
  const writer = to.writer(target.key, target.contentType);
  try {
    for await (const piece of from.pieces(key)) await writer.write(piece);
    if (writer.bytes === 0) throw new Error(`the file ${key} is missing`);
    await writer.end();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
