/** Why the keeper cannot be used, as a sentence that says what to do. */
import { loggableError } from '../../aws/faults.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { connectionProblem } from '../connection-problem.ts';

/** @returns a Problem; an error that is not one of AWS's, as it is */
export function sweepProblem(error: unknown, stackName: string, endpointUrl?: string): unknown {
  if (isProblem(error)) return error;
  const known = connectionProblem(error, endpointUrl);
  if (known !== undefined) return known;
  const { name, operation, status } = loggableError(error);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  if (name === 'ExecutionDoesNotExist')
    return problem(
      'There is no such execution: the report of a sweep has its name, and Step Functions keeps it for 90 days.',
    );
  if (/^AccessDenied/.test(name))
    return problem(
      `These credentials cannot use the keeper of ${stackName} (${operation ?? name}): allow cloudformation:DescribeStacks, states:StartExecution, states:DescribeExecution, states:ListMapRuns, states:DescribeMapRun, and s3:GetObject on its bucket.`,
    );
  return status === undefined ? error : problem(`The keeper of ${stackName} could not be used (${name}).`);
}
