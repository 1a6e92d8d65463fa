/** How the claims table cannot be used, as a sentence that says what to do. */
import { OutOfTime } from '../../aws/deadline.ts';
import { hasNoResponse, loggableError } from '../../aws/faults.ts';
import { Problem } from '../../core/problem.ts';

/** @returns a Problem; an error that is not one of AWS's, as it is */
export function problemOf(error: unknown, table: string): unknown {
  const cause = error instanceof OutOfTime && error.cause !== undefined ? error.cause : error;
  const { name, code, status } = loggableError(cause);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  const known = credentialsProblem(cause);
  if (known !== undefined) return known;
  if (name === 'ResourceNotFoundException')
    return problem(
      `The table ${table} does not exist in this account and Region: check --table and --region.`,
    );
  if (/^AccessDenied/.test(name))
    return problem(
      `These credentials cannot use the table ${table}: allow dynamodb:Scan on it, and dynamodb:PutItem for --release and --resume.`,
    );
  if (error instanceof OutOfTime || hasNoResponse(cause))
    return problem(`DynamoDB did not respond in time (${code ?? name}): check --region and the network.`);
  return status === undefined ? error : problem(`The table ${table} could not be read (${name}).`);
}

/** The problem of credentials or of a Region that are missing; undefined for any other error. */
export function credentialsProblem(cause: unknown): Problem | undefined {
  const { name } = loggableError(cause);
  const problem = (sentence: string) => new Problem(sentence, { cause });
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return problem(
      'No AWS credentials were found: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  // The SDK has no name of its own for it.
  if (cause instanceof Error && /^Region is missing/.test(cause.message))
    return problem("No Region is known: set --region, AWS_REGION or the profile's region.");
  if (/^(Expired|RequestExpired)/.test(name))
    return problem('The AWS credentials have expired: sign in again, then retry.');
  return undefined;
}
