import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { builtInPolicy, namesAt, policyDescriptions } from '../../core/policy/policy.ts';
import { enforcements, lifecycleGuards, parseUsageSources } from '../../core/policy/values.ts';
import { usageSources } from '../../core/usage/evidence.ts';
import { projectRoot } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';

const template = parseTemplate(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), 'template.yaml');

/** The value at a path of keys; fails where there is none. */
function at(...keys: readonly string[]): Json {
  let value: Json = template;
  for (const key of keys) {
    const next: Json | undefined = isObject(value) ? member(value, key) : undefined;
    if (next === undefined) throw new Error(`template.yaml has no ${keys.join('.')}`);
    value = next;
  }
  return value;
}
const keysOf = (value: Json) => (isObject(value) ? Object.keys(value) : []);
const maps = (value: Json): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

describe('template.yaml', () => {
  const names = namesAt('application');

  test('has a parameter for each of the policy’s, with its default and its meaning', () => {
    for (const name of names) {
      const value = builtInPolicy[name];
      expect({ name, default: String(at('Parameters', name, 'Default')) }).toEqual({
        name,
        default: Array.isArray(value) ? value.join(',') : String(value),
      });
      expect(at('Parameters', name, 'Description')).toBe(policyDescriptions[name]);
    }
    expect(at('Parameters', 'Enforcement', 'AllowedValues')).toEqual([...enforcements]);
    const guards = at('Parameters', 'LifecycleGuard', 'AllowedValues');
    expect(Array.isArray(guards) && guards.toSorted()).toEqual(lifecycleGuards.toSorted());
  });

  test('takes only sources of use that the functions can read', () => {
    const allowed = new RegExp(String(at('Parameters', 'LifecycleGuardSources', 'AllowedPattern')));
    const values = [
      '',
      usageSources.join(', '),
      ...usageSources,
      'ecs, pulls',
      'ec',
      'ecs pulls',
      'pulls,eks',
    ];
    for (const value of values)
      expect({ value, isAllowed: allowed.test(value) }).toEqual({
        value,
        isAllowed: 'value' in parseUsageSources(value),
      });
  });

  test('hands each of them to the functions under its own name', () => {
    expect(at('Globals', 'Function', 'Environment', 'Variables')).toEqual({
      ...Object.fromEntries(names.map((Ref) => [Ref, { Ref }])),
      // For the log.
      Version: expect.any(String),
    });
  });

  test('shows every parameter once, in a group and with a label', () => {
    const groups = maps(at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterGroups'));
    const shown = groups.flatMap((group) => (Array.isArray(group.Parameters) ? group.Parameters : []));
    const parameters = keysOf(at('Parameters'));
    expect(shown.toSorted()).toEqual(parameters.toSorted());
    expect(keysOf(at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterLabels')).toSorted()).toEqual(
      parameters.toSorted(),
    );
  });
});
