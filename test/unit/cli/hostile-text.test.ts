/** Texts of strangers in whatever is printed: none may steer a terminal, a viewer or a build log. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { globSync } from 'tinyglobby';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { auditOf } from '../../../audit/summary.ts';
import { noColours } from '../../../cli/colours.ts';
import { auditFormats } from '../../../cli/commands/audit-options.ts';
import { checkCommand } from '../../../cli/commands/check.ts';
import { diffCommand } from '../../../cli/commands/diff.ts';
import { expandCommand } from '../../../cli/commands/expand.ts';
import { auditReports } from '../../../cli/reports/audit-formats.ts';
import { formats } from '../../../cli/reports/check-formats.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { visible, visibleJson, visibleLines } from '../../../core/visible.ts';
import { handler } from '../../../functions/macro/handler.ts';
import { projectRoot } from '../../../local/paths.ts';
import { describeAudit } from '../../../wording/audit/describe.ts';
import fc from '../../support/fast-check.ts';
import { denied, image, now, reading } from '../audit/support/readings.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** By code point, so that no regular expression of the product is trusted. */
function isHidden(sign: string): boolean {
  const code = sign.codePointAt(0) ?? 0;
  const within = (from: number, to: number) => code >= from && code <= to;
  return (
    within(0, 0x1f) ||
    within(0x7f, 0x9f) ||
    code === 0x61c ||
    within(0x200b, 0x200f) ||
    within(0x2028, 0x202e) ||
    within(0x2060, 0x206f) ||
    code === 0xfeff ||
    within(0xd800, 0xdfff) ||
    within(0xfdd0, 0xfdef) ||
    (code & 0xfffe) === 0xfffe ||
    within(0xe0000, 0xe007f)
  );
}
const unsafeLine = (line: string): boolean =>
  [...line].some(isHidden) || /^\s*::/.test(line) || /##\w*\[/.test(line);
/** The lines of a text that would do something; tabs are allowed in those of a template. */
const steering = (text: string) => text.split('\n').filter((line) => unsafeLine(line.replaceAll('\t', ' ')));

const sign = fc.oneof(
  fc.constantFrom(
    ...'\n\r\t\b\u0007\u001b\u009b\u2028\u2029\u202e\u2066\u200b\ufeff:#[',
    '\n::add-mask::x',
    '##[add-mask]x',
    '##vso[x]y',
    '\u001b[2J',
    '\u{e0041}',
    '\u2065',
    '\ufffe',
    '\uffff',
    '\ufdd0',
    '\u{1ffff}',
    '\u{e0002}',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const hostile = fc.array(sign, { minLength: 1, maxLength: 12 }).map((signs) => signs.join(''));
const options = { environment: {}, parameters: {}, transformParameters: {}, today: '2026-11-28' };
const colours = noColours;

test('a text that was made visible steers nothing, in lines and in JSON', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(steering(visible(text))).toEqual([]);
      expect(visible(text).split('\n')).toHaveLength(1);
      const lines = visibleLines(text.replaceAll('\u001b[', ''));
      expect([...lines.replace(/[\n\t]/g, '')].filter(isHidden)).toEqual([]);
      expect([...visibleJson({ [text]: text })].filter(isHidden)).toEqual([]);
      expect(JSON.parse(visibleJson({ [text]: text }))).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
    }),
  );
  const plain = 'Orders.Properties.Tags[0]: "é漢 ::x" # [a](b)';
  expect(visible(plain)).toBe(plain);
});

/** The same text wherever a template can have one. */
const templateWith = (text: string) => ({
  Parameters: { [text]: { Type: 'String', Default: text } },
  Conditions: { [text]: { 'Fn::Equals': [text, { Ref: text }] } },
  Resources: {
    [text]: {
      Type: 'AWS::ECR::Repository',
      Metadata: { EcrHardening: { Exempt: [text], [text]: text, KeepImages: text } },
      Properties: {
        RepositoryName: text,
        ImageTagMutability: text,
        ImageScanningConfiguration: { [`ScanOnPus${text}`]: text, ScanOnPush: text },
        ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterValue: text }],
        LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ [text]: text, rules: [{ [text]: text }] }) },
        RepositoryPolicyText: {
          [text]: text,
          Statement: [
            { Effect: 'Allow', Principal: '*', Sid: text, Condition: { [text]: { [text]: text } } },
          ],
        },
        Tags: [{ Key: text, Value: text }],
      },
    },
    Plain: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: text, Tags: [{ [text]: text }] } },
    [`${text}2`]: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: text } },
  },
});

describe('whatever a template holds', () => {
  const file = join(folder, 'template.json');

  test.each(formats)('steers nothing in the format %s of check', async (format) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        writeFileSync(file, JSON.stringify(templateWith(text)));
        const report = { format, failOn: 'never', version: '1', colours } as const;
        const { text: printed, problems } = await checkCommand([file], options, report);
        expect(steering(problems.map(visible).join('\n'))).toEqual([]);
        if (format !== 'github') return expect(steering(printed)).toEqual([]);
        const lines = printed.trimEnd().split('\n');
        expect(lines.filter((line) => !/^::(error|warning|notice) file=[^:]*::/.test(line))).toEqual([]);
        expect(steering(lines.map((line) => line.slice(2)).join('\n'))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('steers nothing in diff, nor in a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const { Plain, ...others } = templateWith(text).Resources;
        for (const resources of [{ Plain, [text]: Plain }, others]) {
          writeFileSync(file, JSON.stringify({ Resources: resources }, null, 1));
          const printed = await diffCommand([file], options, colours).catch((error) =>
            visible(error.message),
          );
          expect(steering(printed)).toEqual([]);
        }
        const refused = await expandCommand([file], options, false).catch((error) => error.message);
        expect(steering(visible(refused))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("steers nothing in the macro's log and message", async () => {
    const lines: string[] = [];
    for (const method of ['log', 'error'] as const)
      jest.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts.join(' ')));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const answer = await handler({ requestId: text, fragment: templateWith(text) });
        expect(steering(answer.errorMessage ?? '')).toEqual([]);
        expect(lines.splice(0).filter((line) => [...line].some(isHidden))).toEqual([]);
      }),
      { numRuns: 30 },
    );
    jest.restoreAllMocks();
  });
});

test.each(auditFormats)(
  'whatever a registry holds steers nothing in the format %s of audit',
  async (format) => {
    const registry = { region: 'eu-central-1', registryId: '123456789012', scanType: 'BASIC' } as const;
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const unread = denied(text);
        const repositories = [
          reading({ name: text, stack: text, images: [image(1, [text])], lifecyclePolicy: text }),
          reading({
            stack: text,
            images: [image(1, ['latest', text])],
            lifecyclePolicy: JSON.stringify({ [text]: text, rules: [{ [text]: text }] }),
            repositoryPolicy: JSON.stringify({
              Statement: [{ Sid: text, Effect: 'Allow', Principal: '*', Condition: { [text]: text } }],
            }),
            pushes: {
              since: now,
              end: { code: 'history' },
              tags: new Map([[text, { times: 9, images: 9, lastBy: text }]]),
            },
          }),
          reading({ images: unread, stack: unread, scan: unread, lifecyclePolicy: unread }),
        ].map((each) =>
          auditRepository(each, { policy: builtInPolicy, quota: 1000, lookBackDays: 14, keepDays: 30, now }),
        );
        const audit = describeAudit(auditOf(registry, repositories, { total: 3, at: now }));
        const printed = await auditReports[format](audit, { version: '1', colours, top: 0 });
        // The page's own script and style are many lines; CSV ends its lines as RFC 4180 has it.
        expect(steering(printed.replaceAll('\r\n', '\n'))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  },
);

test('nothing is printed but through the one way out', () => {
  const files = globSync('{cli,functions,local,wording,core,audit,reconcile,aws}/**/*.{ts,mjs}', {
    cwd: projectRoot,
  });
  const ways = files.filter((file) =>
    /process\.std(out|err)\.write|\bwriteSync\(|console\.\w+\((?!\s*visibleJson\()/.test(
      readFileSync(join(projectRoot, file), 'utf8'),
    ),
  );
  // Builds and releases print names of files of this project; npm start's help and its last words are its own; what waits in a
  // temporary file is no output.
  expect(ways.toSorted()).toEqual([
    'cli/output.ts',
    'cli/spill.ts',
    'local/build.ts',
    'local/release.ts',
    'local/start.ts',
  ]);
});
