import { startRun } from '../support/command.ts';

/** What is built once for all files of this run of tests has a folder. */
export default function setUp(): void {
  startRun();
}
