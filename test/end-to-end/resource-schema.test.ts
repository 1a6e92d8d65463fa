import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { knownProperties, ownProperties } from '../../cloudformation/known-properties.ts';
import { hardenedTypes } from '../../cloudformation/resource-types.ts';
import { pythonEnvironment } from '../../local/paths.ts';

/** The resource schemas of CloudFormation, which cfn-lint has a copy of. */
const library = join(pythonEnvironment('sam'), 'lib');
const python = readdirSync(library).find((name) => name.startsWith('python3')) ?? '';
const folder = join(library, python, 'site-packages', 'cfnlint', 'data', 'schemas');
const readJson = (...path: readonly string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));

/** The properties that a template can set, by type. */
const properties = new Map<string, readonly string[]>();
beforeAll(() => {
  const files: Readonly<Record<string, string>> = readJson('providers', 'us-east-1.json');
  for (const [type, file] of Object.entries(files)) {
    const schema = readJson('resources', `${file}.json`);
    const readOnly: readonly string[] = schema.readOnlyProperties ?? [];
    properties.set(
      type,
      Object.keys(schema.properties).filter((name) => !readOnly.includes(`/properties/${name}`)),
    );
  }
});

describe.each(hardenedTypes)('the properties of %s', (type) => {
  const others = () => [...properties].filter(([other]) => !hardenedTypes.some((one) => one === other));

  test('are those of its schema', () => {
    expect([...knownProperties[type]].sort()).toEqual([...(properties.get(type) ?? [])].sort());
  });

  test('that count as its own no other type has', () => {
    const own = knownProperties[type].filter((name) => !others().some(([, names]) => names.includes(name)));
    expect([...ownProperties[type]].sort()).toEqual(own.sort());
  });
});
