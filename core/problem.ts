/**
 * Something that the user can fix: its message is one sentence that says what is wrong and what to do.
 *
 * The code at the edge that catches one prints the message alone; any other error is a defect and keeps its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** Whether an error is a Problem, also one of another bundle, which has its own class. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem';
}
