/** Which stacks of claims exist, as far as CloudFormation says. */
import type { StackState, Stacks } from '../../aws/cloudformation/stacks.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { connectionProblem } from '../connection-problem.ts';

/** States of stacks by their ARN. */
export interface StackStates {
  readonly states: ReadonlyMap<string, StackState>;
  /** Why no stack was checked, as a sentence; undefined where they were. */
  readonly notChecked: string | undefined;
}

/** The claims were read, and are listed also where CloudFormation cannot be called. @throws what is no failure of a call */
export async function stackStates(
  stacks: Stacks,
  arns: readonly string[],
  endpointUrl: string | undefined,
): Promise<StackStates> {
  try {
    return { states: await stacks.states(arns), notChecked: undefined };
  } catch (error) {
    const notChecked = connectionProblem(error, endpointUrl)?.message ?? failureOf(error);
    if (notChecked === undefined) throw error;
    return { states: new Map(), notChecked };
  }
}

function failureOf(error: unknown): string | undefined {
  const { name, status } = loggableError(error instanceof OutOfTime ? error.cause : error);
  return status === undefined ? undefined : `CloudFormation could not be called (${name}).`;
}
