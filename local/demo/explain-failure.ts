import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonEnvironment } from '../paths.ts';

/** cfn-lint's list of the resource types of a region. */
const resourceTypes = 'lib*/python3*/site-packages/cfnlint/data/schemas/providers/us-east-1.json';

/**
 * The reason why a deployment failed, in a sentence. For unknown resource types it explains whether AWS does not have them or
 * only the local AWS; other reasons are CloudFormation's.
 */
export function explainFailure(
  reason: string,
  existsInAws: (type: string) => boolean = typeExistsInAws,
): string {
  const unrecognized = /Unrecognized resource types: \[([^\]]*)\]/.exec(reason)?.[1];
  if (unrecognized === undefined) return reason.trim();
  const types = unrecognized.split(',').map((type) => type.trim());
  const missingLocally = types.filter(existsInAws);
  const unknown = types.filter((type) => !existsInAws(type));
  return [
    missingLocally.length > 0
      ? `the local AWS does not support ${list(missingLocally)}; a real account does`
      : '',
    unknown.length > 0 ? `AWS has no resource type ${list(unknown)}: fix the template` : '',
  ]
    .filter((part) => part !== '')
    .join('; and ');
}

function list(types: readonly string[]): string {
  return types.length < 2 ? types.join('') : `${types.slice(0, -1).join(', ')} and ${types.at(-1)}`;
}

function typeExistsInAws(type: string): boolean {
  const environment = pythonEnvironment('sam');
  const [file] = globSync(resourceTypes, { cwd: environment });
  return file !== undefined && readFileSync(join(environment, file), 'utf8').includes(`"${type}"`);
}
