import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { registryHost } from '../../../aws/regions.ts';
import { isObject, type Json, member } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';

const account = '123456789012';

describe.each([
  ['us-east-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'amazonaws.com'],
  ['us-iso-east-1', 'c2s.ic.gov'],
  ['eusc-de-east-1', 'amazonaws.eu'],
])('the Region %s', (region, suffix) => {
  test('has registries in the domain of its partition', () => {
    expect(registryHost({ account, region })).toBe(`${account}.dkr.ecr.${region}.${suffix}`);
  });

  test('can be one of an organisation', () => {
    const text = readFileSync(join(projectRoot, 'organization.yaml'), 'utf8');
    const at = (value: Json | undefined, key: string) => (isObject(value) ? member(value, key) : undefined);
    const regions = at(at(parseTemplate(text, 'organization.yaml'), 'Parameters'), 'Regions');
    expect(region).toMatch(new RegExp(String(at(regions, 'AllowedPattern'))));
  });
});
