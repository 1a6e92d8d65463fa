/** Objects in a bucket, as far as a sweep uses them; s3.ts is the bucket of Amazon S3. */

/** An object as it was read. */
export interface StoredObject {
  readonly text: string;
  /** Names this version of the object, for `ifMatch`. */
  readonly etag: string;
}

/** How an object is written. */
export interface PutOptions {
  readonly contentType?: string;
  /** Only where there is no such object, or only over this version of it (an `etag`). */
  readonly condition?: 'absent' | { readonly ifMatch: string };
}

/** Writes one object in pieces; nothing of it can be read before `end`. */
export interface ObjectWriter {
  /** How many bytes were written so far: where the next piece begins. */
  readonly bytes: number;
  write(piece: string | Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/**
 * The bucket. Each call may throw AwsCallError or OutOfTime; throttling and transient faults are retried.
 */
export interface ObjectStore {
  /** The whole object, or undefined if there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** The bytes from `from` to before `to`, as UTF-8 text. */
  getRange(key: string, from: number, to: number): Promise<string>;
  /** The lines of an object, without holding all of it; none if there is no such object. */
  lines(key: string): AsyncIterable<string>;
  /** The bytes of an object, without holding all of them; none if there is no such object. */
  pieces(key: string): AsyncIterable<Uint8Array>;
  /** The keys that begin so, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
  /** @returns false where the condition does not hold, so that nothing was written */
  put(key: string, body: string | Uint8Array, options?: PutOptions): Promise<boolean>;
  /** @param contentType by default that of JSON Lines */
  writer(key: string, contentType?: string): ObjectWriter;
}
