import { describe, expect, test } from '@jest/globals';
import { settingsTable } from '../../../local/demo/settings-table.ts';

const nothing = {
  name: 'orders',
  mutability: 'MUTABLE',
  exclusions: [],
  scanOnPush: false,
  scanFrequency: 'MANUAL',
  lifecyclePolicyText: undefined,
};
const safe = {
  ...nothing,
  mutability: 'IMMUTABLE',
  scanOnPush: true,
  scanFrequency: 'SCAN_ON_PUSH',
  lifecyclePolicyText: JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
        action: { type: 'expire' },
      },
    ],
  }),
};
const nobody = { tags: undefined, scanOnPush: undefined, lifecycle: undefined };

describe('the table of a repository', () => {
  test('each setting has its value before and after', () => {
    expect(settingsTable({ name: 'orders', before: nothing, after: safe, authors: nobody })).toBe(
      [
        '  orders                before                after',
        '    tags                mutable               immutable',
        '    scan on push        off                   on',
        '    scanning in effect  manual                on push',
        '    lifecycle           none                  newest 20',
      ].join('\n'),
    );
  });

  test('a repository that was not there before says so, and what its author wrote is marked', () => {
    const authors = { ...nobody, tags: 'as written', lifecycle: 'exempt' } as const;
    expect(settingsTable({ name: 'orders', before: undefined, after: nothing, authors })).toBe(
      [
        '  orders                (new)                 now',
        '    tags                                      mutable (as written)',
        '    scan on push                              off',
        '    scanning in effect                        manual',
        '    lifecycle                                 none (exempt)',
      ].join('\n'),
    );
  });

  test('long names and values stay within 80 columns', () => {
    const name = `team/${'a'.repeat(60)}`;
    const after = {
      ...safe,
      name,
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest', 'dev-*', 'nightly-*', 'preview-*', '*-snapshot'],
      scanFrequency: 'CONTINUOUS_SCAN',
    };
    const lines = settingsTable({ name, before: nothing, after, authors: nobody }).split('\n');
    expect(lines[0]).toBe(`  ${name}`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain(
      'tags mutable immutable except latest, dev-*, nightly-*, preview-*, *-snapshot',
    );
  });
});
