/** A connection to Amazon ECR: as whom, where, and to whose registry is said from outside. */
import { ECRClient } from '@aws-sdk/client-ecr';
import { callsOf, type Speed } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import type { EcrCalls } from './call.ts';

/** Which registry is called, and how. */
export interface EcrOptions extends ClientSettings {
  /** The account whose registry it is, of 12 digits; that of the credentials when left out. */
  readonly registryId?: string | undefined;
}

/** ECR, for as long as it is used. */
export interface Connection<Operations> {
  /** The operations, each of which is given up at the deadline. */
  until(deadline: Deadline): Operations;
  readonly speed: Speed;
  close(): void;
}

/**
 * Connects for some operations; a bundle holds those alone.
 *
 * @param operationsOf such as `tagReads`
 */
export function connect<Operations>(
  { registryId, ...settings }: EcrOptions,
  operationsOf: (calls: EcrCalls) => Operations,
): Connection<Operations> {
  const calls = callsOf(() => new ECRClient({ ...settings, maxAttempts: 1 }));
  const registry = registryId === undefined ? {} : { registryId };
  return {
    until: (deadline) => operationsOf({ call: calls.until(deadline), registry }),
    speed: calls.speed,
    close: calls.close,
  };
}
