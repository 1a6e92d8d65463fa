/** How the claims table cannot be used, as a sentence that says what to do. */
import { UnusableItem } from '../../aws/claims/unusable-item.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { Problem } from '../../core/problem.ts';
import { unusableItemSentence } from '../../wording/unusable-item.ts';
import { connectionProblem } from '../connection-problem.ts';

/** @returns a Problem; an error that is not one of AWS's, as it is */
export function problemOf(error: unknown, table: string, endpointUrl?: string): unknown {
  const known = connectionProblem(error, endpointUrl);
  if (known !== undefined) return known;
  const cause = error instanceof OutOfTime && error.cause !== undefined ? error.cause : error;
  const { name, status } = loggableError(cause);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  if (error instanceof UnusableItem) return problem(unusableItemSentence(error));
  if (name === 'ResourceNotFoundException')
    return problem(
      `The table ${table} does not exist in this account and Region: check --table and --region.`,
    );
  if (/^AccessDenied/.test(name))
    return problem(
      `These credentials cannot use the table ${table}: allow dynamodb:Scan on it, and dynamodb:PutItem for --release and --resume.`,
    );
  return status === undefined ? error : problem(`The table ${table} could not be read (${name}).`);
}
