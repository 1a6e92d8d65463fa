/** A problem that the user can fix: the message is a sentence with the fix, and the details below it. */
export class SetupProblem extends Error {}
