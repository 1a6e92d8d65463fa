/** A call to AWS that failed, with what failed: the operation, and what it was about. */

/**
 * Thrown by calls.ts alone; `cause` is the SDK's own error, which faults.ts reads. Its message, which names the resource,
 * is not for the log of a custom resource: a resource's name may come from a NoEcho parameter.
 */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** Such as PutImageTagMutability. */
  readonly operation: string;
  /** Such as the name of a repository; undefined if the call was not about a single one. */
  readonly resource: string | undefined;
  /** The service, as the SDK calls it, such as `ECR` or `DynamoDB`; undefined if that is not known. */
  readonly service: string | undefined;

  constructor(operation: string, resource: string | undefined, cause: unknown, service?: string) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${resource === undefined ? '' : `${resource}: `}${operation} failed (${reason})`, { cause });
    this.operation = operation;
    this.resource = resource;
    this.service = service;
  }
}

/** The error of the service or of the network itself, where a call failed; any other error as it is. */
export function rootError(error: unknown): unknown {
  return error instanceof AwsCallError ? error.cause : error;
}
