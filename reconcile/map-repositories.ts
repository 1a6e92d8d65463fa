/** Work on the repositories of a request. */
import { maxConnections } from '../aws/ecr/connection.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';

/**
 * Processes each repository, as many at once as ECR's client has connections: what is too fast for ECR, the pace of the
 * operation slows down (aws/pace.ts).
 *
 * @returns the results in the repositories' order
 * @throws the first error, once those in progress have ended; no further one is begun
 */
export function mapRepositories<Entry, Result>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
  return mapConcurrently(entries, work, maxConnections);
}
