/** A connection to Amazon ECR: credentials, Region and registry are passed in. */
import { ECRClient } from '@aws-sdk/client-ecr';
import { callsOf, type Paces, type Speed } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { type Patience, patientCall } from '../patient-calls.ts';
import type { EcrCalls } from './call.ts';

/** Which registry is called, and how. */
export interface EcrOptions extends ClientSettings {
  /** The account whose registry it is, of 12 digits; that of the credentials when left out. */
  readonly registryId?: string | undefined;
}

/** How many calls are in progress at once; the SDK itself would make 50 connections. */
export const maxConnections = 64;
const agent = { keepAlive: true, maxSockets: maxConnections };

/** A connection to ECR. */
export interface Connection<Operations> {
  /** The operations, each of which is given up at the deadline. */
  until(deadline: Deadline): Operations;
  /** The operations, each of which has its own time. */
  patiently(patience: Patience): Operations;
  /** The Region. @throws if neither the options nor the SDK have one */
  region(): Promise<string>;
  readonly speed: Speed;
  close(): void;
}

/**
 * Connects for some operations; a bundle holds those alone.
 *
 * @param operationsOf such as `tagReads`
 * @param paces those of an earlier connection of the same function
 */
export function connect<Operations>(
  { registryId, ...settings }: EcrOptions,
  operationsOf: (calls: EcrCalls) => Operations,
  paces?: Paces,
): Connection<Operations> {
  let made: ECRClient | undefined;
  const client = () => {
    made ??= withOneSigner(
      new ECRClient({
        requestHandler: { httpAgent: agent, httpsAgent: agent },
        ...settings,
        maxAttempts: 1,
      }),
    );
    return made;
  };
  const calls = callsOf(client, undefined, paces);
  const registry = registryId === undefined ? {} : { registryId };
  return {
    until: (deadline) => operationsOf({ call: calls.until(deadline), registry }),
    patiently: (patience) => operationsOf({ call: patientCall(calls, patience), registry }),
    region: async () => client().config.region(),
    speed: calls.speed,
    close: () => made?.destroy(),
  };
}

/** For each call the SDK makes a new signer from a copy of all settings, which always has the same Region and service. */
function withOneSigner(client: ECRClient): ECRClient {
  const { signer } = client.config;
  let made: ReturnType<typeof signer> | undefined;
  client.config.signer = (scheme) => {
    made ??= signer(scheme);
    return made;
  };
  return client;
}
