import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { controlNames } from '../../core/controls/index.ts';
import { projectRoot } from '../../local/paths.ts';
import { yamlOptions } from '../../template-text/yaml-options.ts';
import { blocksOf, pages, textOf } from './docs-support/pages.ts';
import { tablesIn, withTables } from './docs-support/tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What remark says of links and anchors that lead nowhere; it looks at files and at no network. */
function deadLinks(
  files: readonly string[],
  cwd: string,
): { readonly code: number | null; readonly said: string } {
  const modules = join(projectRoot, 'node_modules');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(modules, 'remark-cli', 'cli.js'),
      ...files,
      // Without it the plugin asks git where the project is hosted.
      ...['--use', `${join(modules, 'remark-validate-links', 'index.js')}=repository:false`],
      ...['--frail', '--quiet', '--no-stdout', '--no-config', '--no-color'],
    ],
    { cwd, encoding: 'utf8' },
  );
  return { code: status, said: stderr };
}

describe('the links of the documentation', () => {
  test('lead to files and headings that there are', () => {
    expect(deadLinks(pages, projectRoot)).toEqual({ code: 0, said: '' });
  }, 180_000);

  test('are held against the files: a dead one is found, and a dead anchor in another page too', () => {
    writeFileSync(
      join(folder, 'one.md'),
      '# One\n\n[gone](gone.md) [anchor](two.md#gone) [right](two.md#two)\n',
    );
    writeFileSync(join(folder, 'two.md'), '# Two\n');
    const { code, said } = deadLinks(['one.md', 'two.md'], folder);
    expect(code).toBe(1);
    expect(said).toContain('gone.md');
    expect(said).toContain('#gone');
    expect(said).toContain('2 warnings');
  }, 180_000);

  test.each(pages)('of %s that leave the project are https and well formed', (file) => {
    const links = [...textOf(file).matchAll(/\]\(<?([^)\s>]+)|^\[[^\]]+\]: *(\S+)/gm)].map(
      ([, inline, defined]) => inline ?? defined ?? '',
    );
    for (const link of links.filter((each) => /^[a-z][a-z+.-]*:/i.test(each))) {
      expect([link, URL.canParse(link)]).toEqual([link, true]);
      expect(link).toMatch(/^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(\/|$)/);
    }
  });
});

describe('the YAML of the documentation', () => {
  const blocks = pages.flatMap((file) => blocksOf(file)).filter(({ language }) => /^ya?ml$/.test(language));
  const exampleOf = (mark: string | undefined) => /^example: (\S+)$/.exec(mark ?? '')?.[1];

  test('is found', () => {
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.filter(({ mark }) => exampleOf(mark) !== undefined).length).toBeGreaterThan(3);
  });

  test.each(blocks)(
    'at $where is that of an example, which a test deploys, or a fragment that parses',
    (block) => {
      const { where, text, mark } = block;
      const example = exampleOf(mark);
      if (example !== undefined) {
        expect([where, example, existsSync(join(projectRoot, example))]).toEqual([where, example, true]);
        const [comment, ...lines] = textOf(example).split('\n');
        expect(comment).toMatch(/^# /);
        expect({ where, text }).toEqual({ where, text: lines.join('\n') });
        return;
      }
      if (/^\s*"?Resources"?:/m.test(text)) expect([where, mark]).toEqual([where, 'fragment']);
      const { errors } = parseDocument(text, yamlOptions);
      expect([where, ...errors.map(({ message }) => message)]).toEqual([where]);
    },
  );

  test('stands right after every mark that names an example', () => {
    const marks = pages.flatMap((file) => [...textOf(file).matchAll(/<!-- example: \S+ -->/g)]);
    expect(marks.length).toBe(blocks.filter(({ mark }) => exampleOf(mark) !== undefined).length);
  });
});

describe('what the documentation restates', () => {
  test.each([
    ['docs/controls.md', ['controls']],
    ['docs/parameters.md', ['parameters', 'application-parameters']],
    ['docs/custom-resource.md', ['properties']],
  ])('%s has its tables', (file, tables) => {
    expect(tablesIn(textOf(file))).toEqual(tables);
  });

  const restating = pages.filter((file) => tablesIn(textOf(file)).length > 0);
  test.each(restating)('%s has its tables as the code says them (UPDATE_README=1 writes them)', (file) => {
    if (process.env.UPDATE_README === '1') writeFileSync(join(projectRoot, file), withTables(textOf(file)));
    const page = textOf(file);
    for (const name of tablesIn(page)) expect(page).toContain(`<!-- /${name} -->`);
    expect(page).toBe(withTables(page));
  });

  const controlPages = controlNames.map((name) => ({
    name,
    page: `docs/controls/${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`,
  }));
  test.each(controlPages)('the control $name has the page $page, which names it', ({ name, page }) => {
    expect([page, pages.includes(page)]).toEqual([page, true]);
    expect(textOf(page)).toContain(name);
  });

  test('every page of a control is that of one there is', () => {
    const known = controlPages.map(({ page }) => page);
    expect(pages.filter((file) => file.startsWith('docs/controls/') && !known.includes(file))).toEqual([]);
  });
});
