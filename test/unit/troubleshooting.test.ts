import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../local/paths.ts';
import { textOf } from './docs-support/pages.ts';

/** Where messages come from: this project's own source. */
const rooms = [
  'core',
  'cloudformation',
  'aws',
  'reconcile',
  'audit',
  'wording',
  'template-text',
  'functions',
  'cli',
  'local',
  'tools',
  'cdk',
];

/** Messages that AWS, Docker or EventBridge write, by their first words. */
const others = [
  'No transform named',
  'Requires capabilities',
  'Received malformed response',
  'NO_PERMISSIONS',
  'NO_RESOURCE',
  'tag invalid:',
];

const source = rooms
  .flatMap((room) =>
    readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|py)$/.test(name))
      .map((name) => readFileSync(join(projectRoot, room, name), 'utf8')),
  )
  .join('\n')
  // A text that goes on in the next line: JavaScript's +, Python's adjacent literals.
  .replaceAll(/['"`]\s*\+?\s*\n\s*f?['"`]/g, '')
  .replaceAll(/\\(['"`])/g, '$1');

/** The messages that the page quotes, in bold. */
const messages = [...textOf('docs/troubleshooting.md').matchAll(/\*\*`([^`]+)`\*\*/g)].map(([, text = '']) =>
  text.replaceAll(/\s+/g, ' '),
);

/** What differs from one message to the next: `...`, and the values of an example. */
const values =
  /\.{3}|"[^"]*"|\w+\[\d\][.\w]*|\d+|\[[A-Z]\w+\]|\b(?:ImageTagMutability\w*|IMMUTABLE\w*)|unknown (?:property|parameter|control)|did you mean \w+/;

/** The parts of a message that are always the same. */
function partsOf(message: string): readonly string[] {
  return message
    .split(values)
    .map((part) => part.trim())
    .filter((part) => /[a-z]{2}/i.test(part));
}

describe('docs/troubleshooting.md', () => {
  test('quotes many messages', () => {
    expect(messages.length).toBeGreaterThan(80);
  });

  test.each(messages.filter((message) => !others.some((start) => message.startsWith(start))))(
    'quotes what the source says: %s',
    (message) => {
      expect(partsOf(message).filter((part) => !source.includes(part))).toEqual([]);
    },
  );
});
