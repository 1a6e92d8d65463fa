import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import type { Control, ControlFinding } from '../../core/controls/control.ts';
import type { JsonObject } from '../../core/json.ts';
import { builtInPolicy } from '../../core/policy/policy.ts';
import { projectRoot } from '../../local/paths.ts';

const [, code = ''] =
  /```ts\n([\s\S]*?)```/.exec(readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8')) ?? [];

/** The control that CONTRIBUTING.md walks through, as it would stand beside the others. */
function controlOf(): Control {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: join(projectRoot, 'core', 'controls'), loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  const module: { exports: { ownerTag?: Control } } = { exports: {} };
  new Function('module', 'exports', outputFiles[0]?.text ?? '')(module, module.exports);
  if (module.exports.ownerTag === undefined) throw new Error('the example exports no ownerTag');
  return module.exports.ownerTag;
}

describe('the control of CONTRIBUTING.md', () => {
  const told = (properties: JsonObject): string[] => {
    const found: ControlFinding[] = [];
    const same = controlOf().harden(properties, 'AWS::ECR::Repository', {
      policy: builtInPolicy,
      parameters: {},
      addFinding: (finding) => found.push(finding),
    });
    expect(same).toBe(properties);
    return found.map(({ path, outcome }) => `${outcome} ${path}`);
  };

  test('tells of a repository without an owner, and of no other', () => {
    expect(told({})).toEqual(['noted Properties.Tags']);
    expect(told({ Tags: [{ Key: 'team', Value: 'a' }] })).toEqual(['noted Properties.Tags']);
    expect(told({ Tags: [{ Key: 'owner', Value: 'a' }] })).toEqual([]);
  });

  test('says what nobody can know', () => {
    expect(told({ Tags: { 'Fn::FindInMap': ['A', 'B', 'C'] } })).toEqual(['undetermined Properties.Tags']);
  });
});
