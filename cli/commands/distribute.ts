import { deadlineIn } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { connectFiles, type FileStore } from '../../aws/objects/files.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { pluralise } from '../../wording/format.ts';
import { clientOf, withConnection } from '../connection.ts';
import { connectionProblem } from '../connection-problem.ts';
import { type ReleaseFile, type ReleaseFiles, readReleaseFiles } from '../distribute/release-files.ts';
import { type Target, targetsOf } from '../targets.ts';
import type { DistributeOptions } from './distribute-options.ts';

/** What the command comes to. */
export interface DistributeOutcome {
  readonly text: string;
  /** 0: every bucket has every file; 2: some have not. */
  readonly code: 0 | 2;
}

const maxMs = 30 * 60_000;
const bucketsAtOnce = 4;

/**
 * `ecr-hardening distribute`: copies the files of a release into the bucket of each Region, and reads their sums back.
 *
 * @throws Problem if the release is not complete, before anything is written
 */
export async function distributeCommand(
  folder: string,
  options: DistributeOptions,
): Promise<DistributeOutcome> {
  const { region, profile, roleArn } = options;
  if (region.length === 0) throw new Problem('Specify each Region: --region eu-west-1 --region us-east-1.');
  if (profile.length > 1 || roleArn.length > 1)
    throw new Problem('The buckets are in one account: specify one --profile or one --role-arn.');
  const [first = {}] = targetsOf(options);
  // One profile for all buckets: whether there is one is no matter of a bucket.
  await withConnection(first, async () => undefined);
  const release = readReleaseFiles(folder);
  const owner = ownerOf(options);
  const prefix = options.keyPrefix ?? `ecr-hardening/${release.version}/`;
  const results = await mapConcurrently(
    targetsOf(options),
    (target) => distributeTo(target, release, prefix, { ...options, owner }),
    bucketsAtOnce,
  );
  const unverified =
    'The owner of the buckets was not verified: specify --bucket-owner, so that nothing is copied to others.';
  const isDone = results.every(({ failure }) => failure === undefined);
  return {
    text: [
      ...results.map(({ bucket, text }) => `${bucket}: ${text}`),
      ...(owner === undefined ? [unverified] : []),
      ...(isDone
        ? [`\nFor the application: CodeBucketPrefix=${options.bucketPrefix} CodeKeyPrefix=${prefix}`]
        : []),
      '',
    ].join('\n'),
    code: isDone ? 0 : 2,
  };
}

/** Names of buckets are known to anybody, who may have made one of that name before. */
function ownerOf({ bucketOwner, bucketPrefix, roleArn }: DistributeOptions): string | undefined {
  const [role = ''] = roleArn;
  return (
    bucketOwner ?? /(?:^|-)(\d{12})$/.exec(bucketPrefix)?.[1] ?? /^arn:[^:]*:iam::(\d{12}):/.exec(role)?.[1]
  );
}

interface Distributed {
  readonly bucket: string;
  readonly text: string;
  readonly failure?: true;
}

async function distributeTo(
  target: Target,
  release: ReleaseFiles,
  prefix: string,
  options: DistributeOptions & { readonly owner: string | undefined },
): Promise<Distributed> {
  const bucket = `${options.bucketPrefix}-${target.region}`;
  const files = connectFiles({ name: bucket, owner: options.owner }, clientOf(target));
  const deadline = deadlineIn(maxMs);
  try {
    const store = files.until(deadline);
    const written = await withConnection(target, () =>
      copyAll(store, release, prefix, options.replace === true),
    );
    const kept = release.files.length - written;
    return {
      bucket,
      text: `${pluralise(written, 'file', 'files')} copied, ${kept} there already; all sums are those of SHA256SUMS.`,
    };
  } catch (error) {
    return { bucket, text: failureOf(error, options), failure: true };
  } finally {
    deadline.dispose();
    files.close();
  }
}

/** @returns how many files were not there yet */
async function copyAll(
  store: FileStore,
  release: ReleaseFiles,
  prefix: string,
  isReplacing: boolean,
): Promise<number> {
  let written = 0;
  for (const file of release.files) {
    const key = `${prefix}${file.name}`;
    const found = await store.sumOf(key);
    if (found === file.sum) continue;
    if (found !== undefined && !isReplacing)
      throw new Problem(
        `${key} has another content: it is of another release. Use --key-prefix, or --replace if nothing is deployed from it.`,
      );
    await store.put(key, release.read(file), file.sum);
    await verify(store, key, file);
    written += 1;
  }
  return written;
}

async function verify(store: FileStore, key: string, { sum }: ReleaseFile): Promise<void> {
  if ((await store.sumOf(key)) !== sum) throw new Problem(`${key} does not have the sum of SHA256SUMS.`);
}

function failureOf(
  error: unknown,
  { owner, endpointUrl }: DistributeOptions & { readonly owner: string | undefined },
): string {
  if (isProblem(error)) return error.message;
  const { name, status } = loggableError(error);
  const known = connectionProblem(error, endpointUrl);
  if (known !== undefined) return known.message;
  if (status === 403 || /^AccessDenied/.test(name))
    return `these credentials cannot use the bucket${owner === undefined ? '' : `, or it is not of the account ${owner}`}: allow s3:GetObject, s3:ListBucket and s3:PutObject, and check --bucket-owner.`;
  if (/^NoSuchBucket$/.test(name))
    return 'there is no such bucket: deploy the buckets first (docs/organisation.md).';
  if (status === undefined) throw error;
  return `the files could not be copied (${name}).`;
}
