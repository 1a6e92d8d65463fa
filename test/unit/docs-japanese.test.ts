import { describe, expect, test } from '@jest/globals';
import { builtInPolicy, policyNames } from '../../core/policy/policy.ts';
import { blocksOf, commandsOf, pages, textOf } from './docs-support/pages.ts';

/** The Japanese pages, each with the English page that it says the same as. */
const pairs = pages
  .filter((page) => page.startsWith('docs/ja/'))
  .map((japanese) => ({ japanese, english: japanese.replace('docs/ja/', 'docs/') }));
const linksOf = (page: string) => [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
const examplesOf = (page: string) =>
  blocksOf(page).flatMap(({ mark }) => /^example: (\S+)$/.exec(mark ?? '')?.[1] ?? []);
/** What is set in a monospaced font outside of blocks: names of parameters, tags, actions and commands. */
const namesIn = (page: string) =>
  new Set(
    [
      ...textOf(page)
        .replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
        .matchAll(/`([^`\n]+)`/g),
    ].map(([, name = '']) => name),
  );
const isJapanese = (text: string) => /[\u3040-\u30ff]/.test(text);

test('the pages in Japanese are found', () => {
  expect(pairs.map(({ japanese }) => japanese)).toEqual([
    'docs/ja/alerts.md',
    'docs/ja/ci.md',
    'docs/ja/moving-to-immutable-tags.md',
  ]);
});

describe.each(pairs)('$japanese', ({ japanese, english }) => {
  test('has the very blocks of the English page: templates, commands, configuration and messages', () => {
    expect(blocksOf(japanese).map(({ text, mark }) => ({ text, mark }))).toEqual(
      blocksOf(english).map(({ text, mark }) => ({ text, mark })),
    );
  });

  test('has as many headings and as many rows of tables', () => {
    const shape = (page: string) => {
      const lines = textOf(page).split('\n');
      return {
        headings: lines.filter((line) => /^#+ /.test(line)).map((line) => line.replace(/ .*/, '')),
        rows: lines.filter((line) => line.startsWith('|')).length,
      };
    };
    expect(shape(japanese)).toEqual(shape(english));
  });

  test('names every parameter, permission and command that the English page names', () => {
    const own = namesIn(japanese);
    const names = [...namesIn(english)];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !own.has(name))).toEqual([]);
  });

  test('and the English page lead to each other, and README.ja.md to it', () => {
    expect(linksOf(japanese)).toContain(`../${english.replace('docs/', '')}`);
    expect(linksOf('README.ja.md').some((link) => link.startsWith(japanese))).toBe(true);
    expect(linksOf(english)).toContain(japanese.replace('docs/', ''));
  });
});

describe('README.ja.md', () => {
  const text = textOf('README.ja.md');

  test('has the templates of README.md, and its commands, or those of the page of the command', () => {
    expect(examplesOf('README.ja.md')).toEqual(expect.arrayContaining([...examplesOf('README.md')]));
    const commands = (page: string) => commandsOf(page).map((command) => command.text);
    const known = ['README.md', 'docs/trying.md', 'docs/command.md', 'docs/install.md'].flatMap(commands);
    const own = commands('README.ja.md');
    for (const command of ['npm start', 'npm test', 'ecr-hardening check template.yaml'])
      expect(own).toContain(command);
    // The others name a Region of Japan.
    expect(own.filter((command) => !known.includes(command) && !command.includes('ap-northeast-1'))).toEqual(
      [],
    );
  });

  test('answers each point of an article about ECR in a section that its table leads to', () => {
    const rows = [...text.matchAll(/^\| .*か \| \[.*\]\(#([^)]+)\) \|$/gm)].map(([, anchor = '']) => anchor);
    expect(rows).toHaveLength(7);
    const sections = new Map(
      text.split(/^#{2,3} /m).map((section) => {
        const [heading = '', ...lines] = section.split('\n');
        const anchor = heading
          .toLowerCase()
          .replaceAll(/[`、。：（）]/g, '')
          .replaceAll(' ', '-');
        return [anchor, lines.join('\n')];
      }),
    );
    const about = (anchor: string, ...words: readonly string[]) => {
      const section = sections.get(anchor) ?? '';
      expect(words.filter((word) => !section.includes(word))).toEqual([]);
    };
    for (const anchor of rows) expect(isJapanese(sections.get(anchor) ?? '')).toBe(true);
    about('上書きできるタグの問題', '障害', '`latest`', 'ロールバック');
    about('latest-が適している場合', 'distroless', '--force-new-deployment', '`MutableTags`');
    about('push-時のスキャン', '無料', 'EventBridge', 'docs/ja/alerts.md');
    about('ライフサイクルポリシー', '20 個', 'ドル', '`KeepImages`');
    about('クォータ', '100,000');
    about('ログイン', 'get-login-password');
  });

  test('has the defaults of the parameters as the code has them', () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \| (なし|`([^`]*)`) \|/gm)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, name = '', , value = ''] of rows) {
      const known = policyNames.find((each) => each === name);
      if (known === undefined) throw new Error(`${name} is no parameter of the policy`);
      expect({ name, value: String(builtInPolicy[known]) }).toEqual({ name, value });
    }
  });
});
