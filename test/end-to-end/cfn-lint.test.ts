import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { expand } from '../../cloudformation/expand.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { shortForms } from '../../template-text/plain-values.ts';
import { describeFinding } from '../../wording/findings.ts';
import { blocksOf, pages } from '../unit/docs-support/pages.ts';

const golden = join(projectRoot, 'test', 'golden');
const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The golden templates that the macro accepts, as they were and as it leaves them. */
const cases = readdirSync(golden)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))
  .flatMap((file) => {
    const input = parse(readFileSync(join(golden, file), 'utf8'));
    if (!isObject(member(input.fragment, 'Resources'))) return [];
    const request = {
      requestId: file,
      transformId: '',
      fragment: input.fragment,
      params: input.params ?? {},
      templateParameterValues: input.templateParameterValues ?? {},
    };
    const expansion = expand(request, {
      environment: input.environment ?? {},
      today: input.today ?? '2026-11-24',
      describe: describeFinding,
    });
    return 'fragment' in expansion
      ? [{ name: basename(file, '.yaml'), before: input.fragment, after: expansion.fragment }]
      : [];
  });

/** The keeper's state machine, whose definition is in a file that SAM's linter does not read. */
function stateMachine(change: (definition: JsonObject) => JsonObject): string {
  const file = join(projectRoot, 'functions', 'keeper', 'sweep.asl.json');
  const Definition = change(JSON.parse(readFileSync(file, 'utf8')));
  const arn = 'arn:aws:lambda:us-east-1:111122223333:function:any';
  const names = [...JSON.stringify(Definition).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  const Properties = {
    RoleArn: 'arn:aws:iam::111122223333:role/any',
    Definition,
    DefinitionSubstitutions: Object.fromEntries(names.map((name) => [name, arn])),
  };
  return JSON.stringify({ Resources: { Sweep: { Type: 'AWS::StepFunctions::StateMachine', Properties } } });
}

/** The templates of the pages for chat applications, whose resource types the local AWS does not have. */
const chats = pages
  .flatMap((page) => blocksOf(page))
  .filter(({ text }) => text.includes('AWS::Chatbot::'))
  .map(({ where, text }, index) => ({ where, name: `chat-${index}`, template: parseTemplate(text, where) }));

let found: ReadonlyMap<string, ReadonlySet<string>> = new Map();
beforeAll(() => {
  for (const { name, before, after } of cases) {
    writeFileSync(join(folder, `${name}.before.json`), JSON.stringify(before));
    writeFileSync(join(folder, `${name}.after.json`), JSON.stringify(after));
  }
  writeFileSync(
    join(folder, 'sweep.json'),
    stateMachine((definition) => definition),
  );
  const unended = { States: { Only: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' } } };
  writeFileSync(
    join(folder, 'sweep.broken.json'),
    stateMachine((definition) => ({ ...definition, StartAt: 'Only', ...unended })),
  );
  for (const { name, template } of chats)
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
  const unnamed = JSON.stringify(chats[0]?.template).replace('"ConfigurationName"', '"Name"');
  writeFileSync(join(folder, 'chat.broken.json'), unnamed);
  found = lint();
});

/** What cfn-lint finds, by file: rule and logical ID. One run for all, since starting it takes seconds. */
function lint(): ReadonlyMap<string, ReadonlySet<string>> {
  const { stdout } = spawnSync(
    join(pythonEnvironment('sam'), 'bin', 'cfn-lint'),
    ['--format', 'json', '--regions', 'us-east-1', '--template', join(folder, '*.json')],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const matches: Json = JSON.parse(stdout);
  const byFile = new Map<string, Set<string>>();
  for (const match of isList(matches) ? matches.filter(isObject) : []) {
    const rule = member(match, 'Rule');
    const location = member(match, 'Location');
    const path = isObject(location) ? member(location, 'Path') : undefined;
    const file = basename(String(member(match, 'Filename')));
    const entry = `${isObject(rule) ? member(rule, 'Id') : ''} ${isList(path) ? path.slice(0, 2).join('.') : ''}`;
    byFile.set(file, (byFile.get(file) ?? new Set()).add(entry));
  }
  return byFile;
}

test('cfn-lint finds something in the templates, so that it is known to have read them', () => {
  expect(found.get('settings-resource.before.json')).toContain('E3003 Resources.Left');
});

test('the definition of the keeper’s state machine is one of the Amazon States Language', () => {
  expect(found.get('sweep.broken.json')).toContain('E3601 Resources.Sweep');
  expect(found.get('sweep.json')).toBeUndefined();
});

test('a template for a chat application without a required property is found', () => {
  expect(found.get('chat.broken.json')).toContain('E3003 Resources.Channel');
});

test.each(chats)('cfn-lint finds nothing in the template for a chat application at $where', ({ name }) => {
  expect([...(found.get(`${name}.json`) ?? [])]).toEqual([]);
});

test.each(cases)('cfn-lint finds nothing in the hardened $name that it did not find before', ({ name }) => {
  const before = found.get(`${name}.before.json`) ?? new Set();
  const added = [...(found.get(`${name}.after.json`) ?? [])].filter((entry) => !before.has(entry));
  expect(added).toEqual([]);
});

test('every intrinsic function that cfn-lint knows has its short form', () => {
  const script = [
    'import json',
    'from cfnlint.helpers import FUNCTIONS_ALL, FUNCTION_RULES',
    "print(json.dumps(sorted(name.split('::[')[0] for name in FUNCTIONS_ALL | FUNCTION_RULES)))",
  ].join('\n');
  const { stdout } = spawnSync(join(pythonEnvironment('sam'), 'bin', 'python'), ['-c', script], {
    encoding: 'utf8',
  });
  const known: Json = JSON.parse(stdout);
  expect(isList(known) && known.length > 25).toBe(true);
  const forms = isList(known) ? known.map((name) => String(name).replace(/^Fn::/, '')) : [];
  expect(forms.filter((form) => !shortForms.has(form))).toEqual([]);
});
