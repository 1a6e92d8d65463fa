import { rmSync } from 'node:fs';

/** Removes what the set-up made. */
export default function tearDown(): void {
  const folder = process.env.ECR_HARDENING_TEST_RUN;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
