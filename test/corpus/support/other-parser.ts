import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { pythonEnvironment } from '../../../local/paths.ts';

const script = `
import json, sys
from samcli.yamlhelper import yaml_parse
read = {}
for file in sys.argv[1:]:
    try:
        read[file] = json.loads(json.dumps(yaml_parse(open(file, encoding="utf-8-sig").read()), default=str))
    except Exception:
        read[file] = None
print(json.dumps(read))
`;

/**
 * What the SAM CLI's parser, which is the AWS CLI's too, reads in the files of a folder: a second opinion on what
 * CloudFormation takes. Only templates: mappings with Resources that are mappings.
 */
export function readBySam(folder: string, files: readonly string[]): ReadonlyMap<string, JsonObject> {
  const { stdout } = spawnSync(join(pythonEnvironment('sam'), 'bin', 'python'), ['-c', script, ...files], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256_000_000,
  });
  const read: Json = JSON.parse(stdout);
  if (!isObject(read)) throw new Error(`the SAM CLI's parser printed ${stdout.slice(0, 200)}`);
  return new Map(
    Object.entries(read).flatMap(([file, value]): [string, JsonObject][] =>
      isObject(value) && hasResources(value) ? [[file, value]] : [],
    ),
  );
}

function hasResources(template: JsonObject): boolean {
  const resources = member(template, 'Resources');
  if (!isObject(resources) || Object.keys(resources).length === 0) return false;
  return Object.entries(resources).every(
    ([name, each]) => isObject(each) || name.startsWith('Fn::ForEach::'),
  );
}
