/** Why the keeper cannot be used, as a sentence that says what to do. */
import { rootError } from '../../aws/call-error.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import { hasNoResponse, loggableError } from '../../aws/faults.ts';
import { isProblem, Problem } from '../../core/problem.ts';

/** @returns a Problem; an error that is not one of AWS's, as it is */
export function sweepProblem(error: unknown, stackName: string): unknown {
  if (isProblem(error)) return error;
  const cause = error instanceof OutOfTime && error.cause !== undefined ? error.cause : error;
  const { name, code, operation, status } = loggableError(cause);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return problem(
      'No AWS credentials were found: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  if (/^(Expired|RequestExpired)/.test(name))
    return problem('The AWS credentials have expired: sign in again, then retry.');
  if (name === 'RoleNotAssumed')
    return problem(
      `${messageOf(rootError(cause)).replace(/^t/, 'T')}: check --role-arn, the role's trust policy, and sts:AssumeRole.`,
    );
  if (name === 'ExecutionDoesNotExist')
    return problem(
      'There is no such execution: the report of a sweep has its name, and Step Functions keeps it for 90 days.',
    );
  if (/^AccessDenied/.test(name))
    return problem(
      `These credentials cannot use the keeper of ${stackName} (${operation ?? name}): allow cloudformation:DescribeStacks, states:StartExecution, states:DescribeExecution, states:ListMapRuns, states:DescribeMapRun, and s3:GetObject on its bucket.`,
    );
  if (error instanceof OutOfTime || hasNoResponse(cause))
    return problem(`AWS did not respond in time (${code ?? name}): check --region and the network.`);
  return status === undefined ? error : problem(`The keeper of ${stackName} could not be used (${name}).`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
