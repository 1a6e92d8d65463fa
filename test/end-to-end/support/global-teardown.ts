import { endRun } from '../../support/command.ts';

/** Ends the local AWS that the set-up started. */
export default async function tearDown(): Promise<void> {
  endRun();
  await globalThis.ecrHardeningLocalAws?.stop();
}
