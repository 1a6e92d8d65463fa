/** ECR's reads are eventually consistent: for seconds after a write they may show what was there before. */
import { type Deadline, readUntil } from '../aws/deadline.ts';
import { type ClaimRecord, newestClaim } from '../core/claims/record.ts';
import { settings as allSettings, type RepositorySettings } from '../core/settings/repository-settings.ts';

/**
 * For how long after a write its old value may be read, in milliseconds. AWS documents no bound; more than 5 seconds
 * occur.
 */
export const readLagMs = 8_000;
/** For how long what was written is read back until it is in effect: what never is fails the request. */
export const verifyMs = 60_000;

// The difference to allow between the clocks of two machines.
const clockSkewMs = 60_000;

/** What waiting for true reads depends on. */
export interface Settling {
  readonly deadline: Deadline;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A repository as it was read, as far as its record says what it should be. */
export interface Sighting {
  readonly createdAt: number;
  readonly settings: RepositorySettings;
}

/**
 * The ARNs of repositories that were read otherwise than their records say, of those whose records were changed at
 * about that time: what was read may be from before that change.
 *
 * @param records by ARN
 * @param seen by ARN; a repository that is missing may have been read too early as well
 */
export function readTooEarly(
  records: ReadonlyMap<string, ClaimRecord | undefined>,
  seen: ReadonlyMap<string, Sighting>,
  readAt: number,
): readonly string[] {
  return [...records].flatMap(([arn, record]) =>
    // While another request changes it, it is read again afterwards.
    record !== undefined &&
    record.inFlight === undefined &&
    record.changedAt >= readAt - clockSkewMs &&
    !isCertain(record, seen.get(arn))
      ? [arn]
      : [],
  );
}

/** Without a claim nothing says for certain what the settings are. */
function isCertain(record: ClaimRecord, found: Sighting | undefined): boolean {
  return newestClaim(record) !== undefined && isAsRecorded(record, found);
}

/** Whether a repository has the settings that its record says, or is another one than the record is about. */
function isAsRecorded(record: ClaimRecord, found: Sighting | undefined): boolean {
  if (found === undefined) return false;
  const expected = newestClaim(record)?.set ?? record.original;
  return (
    found.createdAt !== record.createdAt ||
    allSettings.every(({ equals }) => equals(expected, found.settings))
  );
}

/** For how many milliseconds more what was read may be from before the last change of these records; 0: no more. */
export function lagLeftMs(records: readonly ClaimRecord[], readAt: number): number {
  return Math.max(0, ...records.map(({ changedAt }) => changedAt + readLagMs - readAt));
}

/**
 * Reads repositories again until they are as their records say, or until it is so long since their records were changed
 * that what is read is true: then somebody else has changed them.
 *
 * @param arns those that were read too early
 * @param read reads them
 */
export async function rereadUntilTrue<Found>(
  arns: readonly string[],
  records: ReadonlyMap<string, ClaimRecord | undefined>,
  read: () => Promise<readonly Found[]>,
  sightingOf: (found: Found) => Sighting & { readonly arn: string },
  { deadline, now }: Settling,
): Promise<readonly Found[]> {
  let readAt = now();
  const isTrue = (found: readonly Found[]) => {
    const seen = new Map(found.map(sightingOf).map((each) => [each.arn, each]));
    return arns.every((arn) => {
      const record = records.get(arn);
      return (
        record === undefined || readAt >= record.changedAt + readLagMs || isAsRecorded(record, seen.get(arn))
      );
    });
  };
  return readUntil(
    () => {
      readAt = now();
      return read();
    },
    isTrue,
    deadline,
    readLagMs,
  );
}
