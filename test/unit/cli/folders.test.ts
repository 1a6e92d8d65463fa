import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { forEachTemplate } from '../../../cli/input/templates.ts';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace } from './run.ts';

const clean = 'AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Queue: { Type: AWS::SQS::Queue }\n';
/** What lies beside templates in a repository. */
const others = {
  'docker-compose.yaml': 'services:\n  web: { image: nginx }\n',
  'k8s/two.yaml': 'kind: A\n---\nkind: B\n',
  'chart/templates/a.yaml':
    'kind: Deployment\nmetadata:\n  {{- range .Values }}\n  a: {{ . }}\n  {{- end }}\n',
  // Its Resources are a list.
  'appspec.yaml': 'version: 0.0\nResources:\n  - TargetService: { Type: AWS::ECS::Service }\n',
  // Its Resources are one level deeper, and it does not parse.
  'serverless.yml': 'service: !Unknown a\nresources:\n  Resources:\n    A: { Type: AWS::ECR::Repository }\n',
  'gitlab.yml': 'job:\n  script: !reference [.setup, script]\n',
  'arm.json': '{"resources": []}',
  'binary.json': new Uint8Array([0xff, 0xfe, 0x00]),
  'data.json': `"${'x'.repeat(5_000_000)}"`,
  'snapshot.json': JSON.stringify([{ Resources: {} }, 'x'.repeat(5_000_000)]),
  'empty.yaml': '',
};
/** What is no readable template, but means to be one. */
const broken = {
  'b/indented.yaml': '# ours\n  Resources:\n    A: [1, 2\n',
  'b/two.yaml': 'Resources: { A: { Type: X } }\n---\nResources: {}\n',
  'b/none.yaml': 'Resources: {}\n',
  'b/jinja.yaml': 'Resources:\n{% for a in b %}\n  {{ a }}: { Type: X }\n{% endfor %}\n',
  'b/broken.json': '{"Resources": {"A": {"Type": }',
  'b/version.yaml': 'AWSTemplateFormatVersion: 2010-09-09\nOutputs: {}\n',
  // An é of Latin 1, and what PowerShell's > writes.
  'b/latin1.yaml': Buffer.from('# d\u00e9j\u00e0 vu\n'.concat(unsafe), 'latin1'),
  'b/utf16.yaml': Buffer.from('\ufeff'.concat(unsafe), 'utf16le'),
  'b/large.yaml': `${unsafe}${'# large\n'.repeat(600_000)}`,
  'b/large.json': JSON.stringify({ Description: 'x'.repeat(4_100_000), Resources: {} }),
  'b/utf16be.json': Buffer.from('\ufeff{"Resources":{}}', 'utf16le').swap16(),
};

const place = new Workplace();
beforeAll(() => {
  buildBin();
  place.write({ ...others, 'stacks/a.yaml': unsafe, 'stacks/deep/b.template': clean, 'stacks/note.md': '#' });
  for (const [file, text] of Object.entries(broken)) place.write({ [file]: text });
});
afterAll(() => place.remove());

/** The files that are found to be templates, with a repository of which nothing is set in each. */
const checked = (...args: readonly string[]): readonly string[] => {
  const { out } = place.run(['check', '--format', 'json', ...args]);
  const files: readonly string[] = JSON.parse(out).findings.map(({ file }: { file: string }) => file);
  return [...new Set(files)];
};

describe('a folder', () => {
  test('has templates whatever the case of their endings', () => {
    place.write({ 'windows/A.YAML': unsafe, 'windows/b.Template': unsafe });
    expect(checked('windows')).toEqual(['windows/A.YAML', 'windows/b.Template']);
  });

  test('stands for the templates in it; other files are skipped with their count', () => {
    place.write({ 'stacks/docker-compose.yaml': others['docker-compose.yaml'] });
    const { code, out, err } = place.run(['check', 'stacks']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^stacks\/a\.yaml\n/);
    expect(out).toMatch(
      /3 findings in 2 templates\..*\nSkipped 1 file that is no CloudFormation template \(/s,
    );
    expect(place.run(['check', '--format', 'sarif', 'stacks']).err).toMatch(
      /^Skipped 1 file .*docker-compose/,
    );
    expect(place.run(['diff', 'stacks']).out).toMatch(/\nSkipped 1 file /);
    const { code: strict, err: refused } = place.run(['check', '--strict', 'stacks']);
    expect({ strict, isSentence: isSentence(refused) }).toEqual({ strict: 2, isSentence: true });
    expect(refused).toMatch(/docker-compose\.yaml has no Resources/);
  });

  test('is written by expand --write, template by template', () => {
    place.write({
      'out/a.yaml': unsafe,
      'out/deep/b.yaml': clean,
      'out/c.yaml': others['docker-compose.yaml'],
    });
    const { code, out, err } = place.run(['expand', '--write', 'out']);
    expect({ code, out }).toEqual({ code: 0, out: 'out/a.yaml written\nout/deep/b.yaml: nothing changes\n' });
    expect(err).toMatch(/^Skipped 1 file /);
    expect(place.run(['check', 'out'])).toMatchObject({ code: 0 });
  });

  test.each(Object.keys(others))('may have %s in it, which is skipped', (file) => {
    const { code, out, err } = place.run(['check', 'stacks/deep', file]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`\nSkipped 1 file that is no CloudFormation template (${file})`);
    // Alone it is an error, unless there need not be any.
    expect(place.run(['check', file])).toMatchObject({ code: 2, out: '' });
    expect(place.run(['check', '--allow-no-templates', file]).code).toBe(0);
  });

  test.each(Object.keys(broken))('with %s, which means to be a template, is an error', (file) => {
    const { code, err } = place.run(['check', 'stacks/deep', file]);
    expect({ code, isSentence: isSentence(err), file: err.startsWith(file) }).toEqual({
      code: 2,
      isSentence: true,
      file: true,
    });
  });

  test('without a template is an error, and so is one without files', () => {
    expect(place.run(['check', 'k8s', 'chart'])).toMatchObject({ code: 2, out: '' });
    expect(place.run(['check', 'k8s', 'chart']).err).toMatch(
      /^None of the 2 files is a CloudFormation template/,
    );
    mkdirSync(join(place.folder, 'bare'));
    expect(place.run(['check', 'bare']).err).toMatch(/^bare is a folder without YAML or JSON files/);
    expect(place.run(['check', '--allow-no-templates', 'k8s']).code).toBe(0);
    for (const given of ['bare', 'bare/*.yaml'])
      expect(place.run(['check', '--allow-no-templates', given])).toEqual({
        code: 0,
        out: 'No template was found.\n',
        err: '',
      });
    // A name that leads nowhere is a mistake in any case.
    expect(place.run(['check', '--allow-no-templates', 'nowhere']).code).toBe(2);
  });

  test('that links to itself ends', () => {
    place.write({ 'loop/a.yaml': unsafe });
    symlinkSync('..', join(place.folder, 'loop', 'again'));
    symlinkSync('..', join(place.folder, 'loop', 'again.yaml'));
    symlinkSync('a.yaml', join(place.folder, 'loop', 'same.yaml'));
    expect(checked('loop')).toEqual(['loop/a.yaml', 'loop/same.yaml']);
    expect(checked('loop/**/*.yaml')).toEqual(['loop/a.yaml', 'loop/same.yaml']);
  });

  test('is read once, whatever leads to a file of it', () => {
    expect(checked('stacks', './stacks/a.yaml', 'stacks/*.yaml', join(place.folder, 'stacks'))).toEqual([
      'stacks/a.yaml',
    ]);
  });
});

test('work that takes longer shows how many files are done', async () => {
  const shown: string[] = [];
  const progress = {
    update: (done: number, total: number) => shown.push(`${done} of ${total > done}`),
    end: () => shown.push('end'),
  };
  await forEachTemplate([join(place.folder, 'stacks')], { progress }, () => {
    const end = Date.now() + 600;
    while (Date.now() < end);
  });
  expect(shown[0]).toBe('1 of true');
  expect(shown.at(-1)).toBe('end');
});

describe('the rules of git', () => {
  beforeAll(() => {
    place.write({
      'repo/.git/HEAD': 'ref: refs/heads/main\n',
      'repo/.git/info/exclude': 'private.yaml\n',
      'repo/.gitignore': 'cdk.out\n/build\n*.tmp.yaml\n!keep.tmp.yaml\nsub/*.gen.yaml\n',
      'repo/sub/.gitignore': '# ours\n/only-here.yaml\nanywhere.yaml\n!back.gen.yaml\n',
      'repo/sub [1]/.gitignore': 'odd.yaml\n',
    });
    for (const file of [
      ...['a.yaml', 'private.yaml', 'x.tmp.yaml', 'keep.tmp.yaml', 'cdk.out/a.yaml', 'build/a.yaml'],
      ...['sub/build/a.yaml', 'sub/only-here.yaml', 'sub/deep/only-here.yaml', 'sub/deep/anywhere.yaml'],
      ...['sub/a.gen.yaml', 'sub/back.gen.yaml', 'sub [1]/odd.yaml', 'sub [1]/odd2.yaml', 'odd.yaml'],
      ...['node_modules/a/a.yaml', '.github/a.yaml'],
    ])
      place.write({ [`repo/${file}`]: unsafe });
  });
  const all = [
    ...['.github/a.yaml', 'a.yaml', 'keep.tmp.yaml', 'odd.yaml', 'sub [1]/odd2.yaml'],
    ...['sub/back.gen.yaml', 'sub/build/a.yaml', 'sub/deep/only-here.yaml'],
  ].map((file) => `repo/${file}`);

  test('hold for folders and patterns, from the root of the repository on', () => {
    expect(checked('repo')).toEqual(all);
    expect(checked('repo/**/*.yaml')).toEqual(all.slice(1));
    // From inside, the rules above hold too.
    expect(checked('repo/sub')).toEqual(all.slice(5));
    expect(checked('--no-ignore', 'repo')).toHaveLength(16);
  });

  test('do not hold for a folder or a file that is named', () => {
    expect(checked('repo/cdk.out')).toEqual(['repo/cdk.out/a.yaml']);
    expect(checked('repo/cdk.out/*.yaml', 'repo/private.yaml')).toEqual([
      'repo/cdk.out/a.yaml',
      'repo/private.yaml',
    ]);
  });

  test('that leave nothing are named', () => {
    const { code, err } = place.run(['check', 'repo/*.tmp.yaml', 'repo/priv*.yaml']);
    expect(code).toBe(2);
    expect(err).toMatch(/^repo\/priv\*\.yaml leads to 1 file, all ignored by git .*--no-ignore/);
  });
});
