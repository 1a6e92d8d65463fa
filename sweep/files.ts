/** How a sweep's files are read and written. */
import type { ObjectStore, ObjectWriter } from '../aws/objects/object-store.ts';
import { sweepKeys } from './keys.ts';
import type { SweepInfo } from './sweep-info.ts';

/** There is no such sweep in the bucket, or it has not come so far. */
export class SweepNotFound extends Error {
  override readonly name = 'SweepNotFound';

  constructor(sweep: string) {
    super(`there is no sweep ${sweep} in the bucket`);
  }
}

/** @throws {@link SweepNotFound} */
export async function readInfo(sweep: string, objects: Pick<ObjectStore, 'get'>): Promise<SweepInfo> {
  const found = await objects.get(sweepKeys(sweep).info);
  if (found === undefined) throw new SweepNotFound(sweep);
  // Only the sweep's own functions can write the bucket.
  return parseLine<SweepInfo>(found.text);
}

export async function writeInfo(info: SweepInfo, objects: Pick<ObjectStore, 'put'>): Promise<void> {
  await objects.put(sweepKeys(info.sweep).info, JSON.stringify(info));
}

/** The entries of a file of JSON Lines, in their order. */
export async function* readLines<Entry>(
  key: string,
  objects: Pick<ObjectStore, 'lines'>,
): AsyncGenerator<Entry, void, void> {
  for await (const line of objects.lines(key)) yield parseLine<Entry>(line);
}

function parseLine<Entry>(text: string): Entry {
  const entry: Entry = JSON.parse(text);
  return entry;
}

/** One entry as a line. */
export function lineOf(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Writes a file as a whole: after an error there is none. */
export async function writeFile(
  key: string,
  objects: Pick<ObjectStore, 'writer'>,
  write: (writer: ObjectWriter) => Promise<void>,
): Promise<void> {
  const writer = objects.writer(key);
  try {
    await write(writer);
  } catch (error) {
    // The error that matters is the first one.
    await writer.abort().catch(() => undefined);
    throw error;
  }
  await writer.end();
}
