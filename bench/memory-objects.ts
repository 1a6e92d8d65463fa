/** A bucket in memory, for benchmarks and tests: by an ObjectStore's contract, with faults that can be set. */
import { createHash } from 'node:crypto';
import { linesOf, piecesOf, type ReadPiece } from '../aws/objects/lines.ts';
import type { ObjectStore, ObjectWriter, PutOptions } from '../aws/objects/object-store.ts';

/** A call to the bucket. */
export type ObjectCall = keyof ObjectStore;

/** The bucket, and what tests may do with it. */
export interface MemoryObjects extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** How often each was called. */
  readonly calls: Map<ObjectCall, number>;
  /** May throw, or wait, before a call has its effect. */
  before: (call: ObjectCall, key: string) => Promise<void>;
}

export function memoryObjects(): MemoryObjects {
  const objects = new Map<string, Buffer>();
  const calls = new Map<ObjectCall, number>();
  const begin = async (call: ObjectCall, key: string) => {
    calls.set(call, (calls.get(call) ?? 0) + 1);
    await store.before(call, key);
  };
  const readerOf =
    (call: ObjectCall, key: string): ReadPiece =>
    async (from, to) => {
      await begin(call, key);
      const found = objects.get(key);
      return found === undefined ? undefined : { bytes: found.subarray(from, to), size: found.length };
    };
  const store: MemoryObjects = {
    objects,
    calls,
    before: async () => undefined,
    async get(key) {
      await begin('get', key);
      const found = objects.get(key);
      return found === undefined ? undefined : { text: found.toString(), etag: etagOf(found) };
    },
    async getRange(key, from, to) {
      await begin('getRange', key);
      return (objects.get(key) ?? Buffer.alloc(0)).subarray(from, to).toString();
    },
    lines: (key) => linesOf(readerOf('lines', key), 64 * 1024),
    pieces: (key) => piecesOf(readerOf('pieces', key), 64 * 1024),
    async *list(prefix) {
      await begin('list', prefix);
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    async put(key, body, options) {
      await begin('put', key);
      if (!isMet(objects.get(key), options)) return false;
      objects.set(key, Buffer.from(body));
      return true;
    },
    writer: (key) => writerOf(objects, key, begin),
  };
  return store;
}

function writerOf(
  objects: Map<string, Buffer>,
  key: string,
  begin: (call: ObjectCall, key: string) => Promise<void>,
): ObjectWriter {
  const pieces: Buffer[] = [];
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    async write(given) {
      const piece = Buffer.from(given);
      pieces.push(piece);
      bytes += piece.length;
    },
    async end() {
      await begin('writer', key);
      objects.set(key, Buffer.concat(pieces));
    },
    async abort() {
      pieces.length = 0;
    },
  };
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function isMet(present: Buffer | undefined, { condition }: PutOptions = {}): boolean {
  if (condition === undefined) return true;
  if (condition === 'absent') return present === undefined;
  return present !== undefined && etagOf(present) === condition.ifMatch;
}
