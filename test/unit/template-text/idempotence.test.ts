import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { readDocument } from '../../../template-text/document.ts';
import { editsFor, editTemplate } from '../../../template-text/edit.ts';
import { expandTemplate } from '../../../template-text/expand.ts';
import fc from '../../support/fast-check.ts';
import { isInShare, runsOf } from '../../support/share.ts';
import { template } from '../core/arbitrary-templates.ts';
import { styledYaml } from './styled-yaml.ts';
import { inStyles } from './styles.ts';

const options = {
  environment: {},
  parameters: {},
  transformParameters: {},
  today: '2026-11-24',
  settings: {
    serviceToken: { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' },
    serviceTimeout: 420,
  },
};

/** The text that is made of a template's; undefined where it is refused. */
function expanded(text: string, transformParameters: JsonObject = {}): string | undefined {
  const before = readDocument(text, 'template');
  const after = expandTemplate(before.value, { ...options, transformParameters });
  return 'refusal' in after ? undefined : editTemplate(before, after.template);
}

const folder = join(projectRoot, 'test', 'golden');
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'))
  .flatMap((file): [string, JsonObject, JsonObject][] => {
    const { fragment, params = {} } = parse(readFileSync(join(folder, file), 'utf8'));
    if (!isObject(fragment.Resources) || Object.values(fragment.Resources).some((each) => each === null))
      return [];
    const Transform = ['AWS::Serverless-2016-10-31', { Name: 'EcrHardening', Parameters: params }];
    return [[basename(file, '.yaml'), { ...fragment, Transform }, params]];
  });

describe('what expand makes of its own output is that output, byte for byte', () => {
  test.each(goldens)('%s', (name, value, params) => {
    const row = goldens.findIndex(([each]) => each === name);
    const styles = Object.entries(inStyles(value)).filter((_style, index) => isInShare(2, row, index));
    for (const [style, text] of styles) {
      const once = expanded(text);
      if (once === undefined) continue;
      // The transform goes, and its own parameters with it: whoever expands again has to name them again.
      expect({ style, text: expanded(once, params) }).toEqual({ style, text: once });
      const lines = text.split('\n').length;
      // JSON stays JSON, pretty-printed stays so, and one line stays one line.
      expect(once.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
      if (style.startsWith('JSON')) expect(() => JSON.parse(once.replace('\uFEFF', ''))).not.toThrow();
      if (style.startsWith('JSON on one line')) expect(once).not.toContain('\n');
      if (style.startsWith('JSON by')) expect(once.split('\n').length).toBeGreaterThanOrEqual(lines - 8);
      if (style.endsWith('CRLF')) expect(once).not.toMatch(/[^\r]\n/);
      if (style.includes('tabs')) expect(once).not.toMatch(/^ /m);
    }
  });

  test('of most golden templates something is made', () => {
    const made = goldens.filter(([, value]) => expanded(JSON.stringify(value)) !== undefined);
    expect(made.length).toBeGreaterThan(20);
  });

  test('and of any template in any style', () => {
    fc.assert(
      fc.property(template, fc.array(fc.nat(997), { minLength: 1, maxLength: 60 }), (value, tape) => {
        for (const text of [styledYaml(value, tape), JSON.stringify(value, null, tape[0] ?? 2)]) {
          const once = expanded(text);
          if (once !== undefined) expect(expanded(once)).toBe(once);
        }
      }),
      { numRuns: runsOf({ share: 60, whole: 200 }) },
    );
  });
});

type Place = 'none' | 'beside Type' | 'in Properties' | 'as the only property';
const places: readonly Place[] = ['none', 'beside Type', 'in Properties', 'as the only property'];
const ours = { Name: 'EcrHardening', Parameters: { KeepImages: 7 } };

/** A resource with a snippet that names the macro. */
function withSnippet(resource: Json, place: Place): Json {
  if (!isObject(resource) || place === 'none') return resource;
  if (place === 'beside Type') return { ...resource, 'Fn::Transform': ours };
  const { Properties } = resource;
  const own = isObject(Properties) && place === 'in Properties' ? Properties : {};
  return { ...resource, Properties: { ...own, 'Fn::Transform': ours } };
}

/** A template of which only snippets name the macro: in resources, each in turn at one of the places, or among all. */
function bySnippets(template: JsonObject, at: readonly Place[] | 'among all'): JsonObject {
  const { Resources, Transform: _, ...others } = template;
  if (!isObject(Resources)) return template;
  const resources =
    at === 'among all'
      ? { ...Resources, 'Fn::Transform': ours }
      : Object.fromEntries(
          Object.entries(Resources).map(([name, resource], index) => [
            name,
            withSnippet(resource, at[index % at.length] ?? 'none'),
          ]),
        );
  return { ...others, Resources: resources };
}

describe('and where only snippets name the macro', () => {
  test.each(goldens)('%s', (_name, value) => {
    for (const at of ['among all', ['beside Type', 'none'], ['none', 'in Properties']] as const) {
      const once = expanded(JSON.stringify(bySnippets(value, at)));
      if (once !== undefined) expect({ at, text: expanded(once) }).toEqual({ at, text: once });
    }
  });

  test('and of any template in any style', () => {
    fc.assert(
      fc.property(
        template,
        fc.array(fc.constantFrom(...places), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(997), { minLength: 1, maxLength: 60 }),
        (value, at, tape) => {
          const snippets = bySnippets(value, at);
          for (const text of [styledYaml(snippets, tape), JSON.stringify(snippets)]) {
            const once = expanded(text);
            if (once !== undefined) expect(expanded(once)).toBe(once);
          }
        },
      ),
      { numRuns: runsOf({ share: 30, whole: 100 }) },
    );
  });

  const repository = { Type: 'AWS::ECR::Repository' };
  const mark = '"Metadata":{"EcrHardening":{"Expanded":true}}';
  const madeOf = (Resources: JsonObject, more: JsonObject = {}) =>
    JSON.stringify(JSON.parse(expanded(JSON.stringify({ ...more, Resources })) ?? ''));

  test('it is marked only where a resource is left out', () => {
    const one = withSnippet(repository, 'beside Type');
    expect(madeOf({ One: one })).not.toContain('Metadata');
    expect(madeOf({ One: one, Queue: { Type: 'AWS::SQS::Queue' } })).not.toContain('Metadata');
    expect(madeOf({ One: one, Other: repository })).toContain(mark);
    expect(madeOf({ One: one, Other: repository }, { Metadata: { Own: 1 } })).toContain(
      '"Metadata":{"Own":1,"EcrHardening":{"Expanded":true}}',
    );
  });

  test('and where Parameters of the Transform had turned a default off', () => {
    const madeBy = (Parameters: JsonObject) =>
      expanded(
        JSON.stringify({ Transform: { Name: 'EcrHardening', Parameters }, Resources: { One: repository } }),
      ) ?? '';
    const off = madeBy({ KeepImages: 0, ExpireUntaggedAfterDays: 0 });
    expect(JSON.parse(off).Metadata).toEqual({ EcrHardening: { Expanded: true } });
    expect(expanded(off)).toBe(off);
    // With others it is the same without the mark.
    const on = madeBy({ MutableTags: 'latest' });
    expect(on).not.toContain('Metadata');
    expect(expanded(on)).toBe(on);
  });

  test('and the mark is removed once the top of the template names the macro', () => {
    const marked = JSON.parse(madeOf({ One: withSnippet(repository, 'beside Type'), Other: repository }));
    const whole = expanded(JSON.stringify({ Transform: 'EcrHardening', ...marked })) ?? '';
    expect(whole).not.toContain('Metadata');
    expect(JSON.parse(whole).Resources.Other.Properties.ImageTagMutability).toBe('IMMUTABLE');
  });
});

describe('pretty-printed JSON stays what printing its values gives', () => {
  test.each(goldens)('%s', (_name, value) => {
    const { Transform: _, ...rest } = value;
    for (const step of [2, 4, '\t']) {
      const before = readDocument(JSON.stringify(rest, null, step), 'template');
      const after = expandTemplate(before.value, options);
      if ('refusal' in after) return;
      // What stood before is replaced on its line.
      const isReplacing = editsFor(before, after.template).some(({ from, to }) => from !== to);
      if (!isReplacing)
        expect(editTemplate(before, after.template)).toBe(JSON.stringify(after.template, null, step));
    }
  });
});
