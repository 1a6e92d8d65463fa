/**
 * Stands in for `@smithy/core/checksum` in the bundle (template.yaml names the alias).
 *
 * The SDK's class prefers Node's own SHA-256 too, but brings one in JavaScript along, for runtimes that have none.
 */
import { createHash, createHmac } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

/** What a hash and an HMAC have in common. */
interface Calculation {
  update(data: string | Uint8Array): unknown;
  digest(): Uint8Array;
}

/** The SHA-256 of what it is updated with, or the HMAC where a secret is given. */
export class Sha256 {
  readonly #secret: Data | undefined;
  #hash: Calculation;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.#hash = this.#start();
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Calculation {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}

function bytesOf(data: Data): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
