/** What is wrong with the options for AWS themselves, which the errors of the SDK do not say. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { assumedRole } from '../aws/assumed-role.ts';
import { AwsCallError } from '../aws/call-error.ts';
import { isKnownRegion } from '../aws/regions.ts';
import { Problem } from '../core/problem.ts';
import { sentence } from '../wording/lists.ts';
import { guessed } from '../wording/unknown-name.ts';
import { isHttpUrl } from './http-url.ts';

/** Where AWS is called, and with which credentials. */
interface ConnectionOptions {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** A role that is assumed with these credentials. */
  readonly roleArn?: string | undefined;
}

/** The same as the SDK's clients take it; what is left out they find by themselves. */
export function clientOf({ region, profile, endpointUrl: endpoint, roleArn }: ConnectionOptions) {
  return {
    ...(roleArn === undefined ? {} : { credentials: assumedRole({ roleArn, profile, region, endpoint }) }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/**
 * Does what calls AWS.
 *
 * @throws Problem for a profile that there is not or an endpoint that is none, before any call; for a Region that there is
 * not, if AWS has no host there; and if the SDK can make no request of the configuration
 */
export async function withConnection<Value>(
  options: ConnectionOptions,
  work: () => Promise<Value>,
): Promise<Value> {
  const { profile = process.env.AWS_PROFILE ?? '' } = options;
  // As for the SDK, keys in the environment count before a profile there.
  const hasKeys = options.profile === undefined && process.env.AWS_ACCESS_KEY_ID !== undefined;
  if (profile !== '' && !hasKeys) checkProfile(profile);
  if (options.endpointUrl === undefined) checkEndpoints();
  try {
    return await work();
  } catch (error) {
    if (isUnsent(error))
      throw new Problem(
        `AWS cannot be called with this configuration (${error.cause.message}): check the profile, AWS_REGION and AWS_ENDPOINT_URL.`,
        { cause: error },
      );
    const certificate = codeIn(error, (code) => untrusted.test(code));
    if (certificate !== undefined)
      throw new Problem(
        `The certificate of AWS, or of a proxy before it, is not trusted (${certificate}): set NODE_EXTRA_CA_CERTS to the file of your organisation's certificate authority.`,
        { cause: error },
      );
    const { region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? '', endpointUrl } = options;
    if (endpointUrl !== undefined || region === '' || isKnownRegion(region) || !hasNoHost(error)) throw error;
    throw new Problem(
      `AWS has no Region ${region} that this version knows, and no host for it: check --region.`,
      {
        cause: error,
      },
    );
  }
}

/** Whether the SDK failed while it made a request of the configuration, of which its errors have no name of their own. */
function isUnsent(error: unknown): error is AwsCallError & { readonly cause: Error } {
  return error instanceof AwsCallError && error.cause instanceof TypeError;
}

/** The endpoints of the environment (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). */
function checkEndpoints(): void {
  for (const [name, value = ''] of Object.entries(process.env))
    if (name.startsWith('AWS_ENDPOINT_URL') && value !== '' && !isHttpUrl(value))
      throw new Problem(`${name} is no URL, such as http://127.0.0.1:4566: correct it, or unset it.`);
}

function hasNoHost(error: unknown): boolean {
  return codeIn(error, (code) => code === 'ENOTFOUND' || code === 'EAI_AGAIN') !== undefined;
}

/** What Node calls a certificate that it does not accept (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const untrusted =
  /^(CERT_|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|(DEPTH_ZERO_)?SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT)/;

/** The first code, of an error or of its causes, that is one of those looked for. */
function codeIn(error: unknown, isMeant: (code: string) => boolean): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return isMeant(code) ? code : codeIn(error.cause, isMeant);
}

/** Profiles are sections of two files (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html). */
function checkProfile(profile: string): void {
  const folder = join(homedir(), '.aws');
  const config = process.env.AWS_CONFIG_FILE ?? join(folder, 'config');
  const credentials = process.env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials');
  const names = new Set([
    ...sectionsIn(config).flatMap((name) =>
      name === 'default' ? [name] : (/^profile\s+(.+)$/.exec(name)?.slice(1) ?? []),
    ),
    ...sectionsIn(credentials),
  ]);
  const known = [...names].map((name) => name.replace(/^(["'])(.*)\1$/, '$2'));
  if (known.includes(profile)) return;
  const hint = known.length === 0 ? '; these files have none' : guessed(profile, known, false);
  throw new Problem(`There is no profile ${profile} in ${config} or ${credentials}${sentence([hint])}`);
}

function sectionsIn(file: string): readonly string[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Neither file has to be there.
  }
  return [...text.matchAll(/^\s*\[([^\]]+)\]/gm)].map(([, name = '']) => name.trim());
}
