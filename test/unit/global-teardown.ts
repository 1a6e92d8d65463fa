import { endRun } from '../support/command.ts';

/** Removes what the set-up made. */
export default function tearDown(): void {
  endRun();
}
