/** Ends the local AWS that the set-up started. */
export default async function tearDown(): Promise<void> {
  await globalThis.ecrHardeningLocalAws?.stop();
}
