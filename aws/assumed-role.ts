/** The credentials of a role that is assumed with those of a profile, or of the environment. */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
// The credential providers of the SDK assume roles with the same client.
import { AssumeRoleCommand, STSClient } from '@aws-sdk/nested-clients/sts';
import type { Credentials } from './client-settings.ts';
import { loggableError } from './faults.ts';

/** Which role, and with what it is assumed. */
export interface AssumedRoleOptions {
  readonly roleArn: string;
  /** A profile of AWS's configuration files; by default what the SDK finds. */
  readonly profile?: string | undefined;
  /** The Region in which AWS STS is called; by default what the SDK finds. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** A role could not be assumed; its message says which, and why. */
export class RoleNotAssumed extends Error {
  override readonly name = 'RoleNotAssumed';
}

const unusableKeys = /^(Expired|RequestExpired|InvalidClientTokenId|UnrecognizedClient|InvalidSignature)/;

// Renewed before they expire, so that no call is made with credentials that end meanwhile.
const marginMs = 5 * 60_000;

/** A provider of the role's credentials for any number of clients: one call for all of them, until they expire. */
export function assumedRole(options: AssumedRoleOptions): () => Promise<Credentials> {
  let current: Promise<Credentials> | undefined;
  let expiresAt = 0;
  return async () => {
    if (current !== undefined && Date.now() < expiresAt - marginMs) return current;
    expiresAt = Number.POSITIVE_INFINITY;
    current = assume(options);
    try {
      const credentials = await current;
      expiresAt = credentials.expiration?.getTime() ?? 0;
      return credentials;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
}

async function assume({ roleArn, profile, region, endpoint }: AssumedRoleOptions): Promise<Credentials> {
  const sts = new STSClient({
    credentials: defaultProvider(profile === undefined ? {} : { profile }),
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  try {
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'ecr-hardening' }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = keys ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  } catch (error) {
    const { name, status } = loggableError(error);
    // What came to no response, and credentials that nothing can be done with, are no matter of the role.
    if (status === undefined || unusableKeys.test(name)) throw error;
    throw new RoleNotAssumed(`the role ${roleArn} could not be assumed (${name})`, { cause: error });
  } finally {
    sts.destroy();
  }
}
