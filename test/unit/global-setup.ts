import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what is built once for all files of this run of tests; the tests' environment has its path. */
export default function setUp(): void {
  process.env.ECR_HARDENING_TEST_RUN = mkdtempSync(join(tmpdir(), 'ecr-hardening-tests-'));
}
