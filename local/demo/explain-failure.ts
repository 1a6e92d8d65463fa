import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonEnvironment } from '../paths.ts';

/** The list of every resource type of a region that cfn-lint carries. */
const typesOfAws = 'lib*/python3*/site-packages/cfnlint/data/schemas/providers/us-east-1.json';

/**
 * Why a deployment failed, in a sentence. CloudFormation's reason stays as it is, but for resource types
 * that are unknown: there the reader must know whether AWS lacks them or only the local one.
 */
export function failureWords(
  reason: string,
  existsInAws: (type: string) => boolean = typeExistsInAws,
): string {
  const unrecognized = /Unrecognized resource types: \[([^\]]*)\]/.exec(reason)?.[1];
  if (unrecognized === undefined) return reason.trim();
  const types = unrecognized.split(',').map((type) => type.trim());
  const lacking = types.filter(existsInAws);
  const wrong = types.filter((type) => !existsInAws(type));
  return [
    lacking.length > 0 ? `the local AWS has no ${list(lacking)}; a real account has` : '',
    wrong.length > 0 ? `AWS has no resource type ${list(wrong)} of its own: mend the template` : '',
  ]
    .filter((part) => part !== '')
    .join('; and ');
}

function list(types: readonly string[]): string {
  return types.length < 2 ? types.join('') : `${types.slice(0, -1).join(', ')} and ${types.at(-1)}`;
}

function typeExistsInAws(type: string): boolean {
  const environment = pythonEnvironment('sam');
  const [file] = globSync(typesOfAws, { cwd: environment });
  return file !== undefined && readFileSync(join(environment, file), 'utf8').includes(`"${type}"`);
}
