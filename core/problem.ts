/**
 * Something the user can mend: its message is one sentence that says what is wrong and what to do.
 *
 * Whoever catches one at the edge prints the message alone; any other error is a defect and keeps its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}
