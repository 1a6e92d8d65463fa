/** What is wrong with the options for AWS themselves, which the errors of the SDK do not say. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { assumedRole } from '../aws/assumed-role.ts';
import { isKnownRegion } from '../aws/regions.ts';
import { Problem } from '../core/problem.ts';
import { sentence } from '../wording/lists.ts';
import { guessed } from '../wording/unknown-name.ts';

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
 * @throws Problem for a profile that there is not, before any call; and for a Region that there is not, if AWS has no host there
 */
export async function withConnection<Value>(
  options: ConnectionOptions,
  work: () => Promise<Value>,
): Promise<Value> {
  const { profile = process.env.AWS_PROFILE ?? '' } = options;
  // As for the SDK, keys in the environment count before a profile there.
  const hasKeys = options.profile === undefined && process.env.AWS_ACCESS_KEY_ID !== undefined;
  if (profile !== '' && !hasKeys) checkProfile(profile);
  try {
    return await work();
  } catch (error) {
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

function hasNoHost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOfDns = 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN');
  return isOfDns || hasNoHost(error.cause);
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
