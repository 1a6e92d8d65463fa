import { rootError } from '../call-error.ts';

/** Whether a stack, or a resource of one, does not exist. CloudFormation has no error name of its own for this. */
export function isMissing(error: unknown): boolean {
  const root = rootError(error);
  return root instanceof Error && root.name === 'ValidationError' && /does not exist/.test(root.message);
}
