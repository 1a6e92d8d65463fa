/** A template for SAM as plain CloudFormation, by SAM's own translator. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot, pythonEnvironment } from '../paths.ts';

/**
 * The template without any transform, such as for StackSets with service-managed permissions, which take none. Its functions' code
 * is in S3, in a bucket for each Region: the parameters CodeBucketPrefix and CodeKeyPrefix name it.
 *
 * @param file the template, with its code and definitions beside it
 * @returns its text
 */
export function translate(file: string, version: string): string {
  return execFileSync(
    join(pythonEnvironment('sam'), 'bin', 'python3'),
    [join(projectRoot, 'local', 'release', 'translate.py'), file, version],
    // The translator asks boto3 for a Region, which decides nothing in these templates.
    { encoding: 'utf8', env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1' }, maxBuffer: 16_000_000 },
  );
}
