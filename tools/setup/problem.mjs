/** Something the user can mend: its message says in a sentence what to do, with the evidence below it. */
export class SetupProblem extends Error {}
