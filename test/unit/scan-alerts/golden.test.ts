import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  enhancedFindings,
  findings,
  type Rig,
  repository,
  sampleEvent,
  samples,
  startRig,
  usualImages,
  withDigest,
} from './support/run.ts';
import type { Published, WorldImage } from './support/world.ts';

const folder = join(__dirname, '../../golden-messages');

/** What ECR has when an event comes. */
const scans: Readonly<Record<string, WorldImage['scan']>> = {
  'findings-basic': { status: 'COMPLETE', findings },
  'findings-basic-failed': {
    status: 'FAILED',
    description: 'UnsupportedImageError: The operating system and/or package manager are not supported.',
  },
  'findings-enhanced': { status: 'ACTIVE', enhancedFindings },
  'findings-later': { status: 'ACTIVE', enhancedFindings },
  'findings-first': { status: 'ACTIVE', enhancedFindings },
  'findings-unknown': undefined,
  // The only finding is one that the run below suppresses.
  'findings-suppressed': { status: 'COMPLETE', findings: findings.slice(3) },
  // Of 158 findings that the event counts one can be read.
  'findings-unread': { status: 'ACTIVE', enhancedFindings: enhancedFindings.slice(1, 2) },
};

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

afterAll(() => rig.stop());

describe('what people get of each sample event', () => {
  test.each(samples)('%s (UPDATE_GOLDEN=1 writes it)', async (name) => {
    expect(Object.keys(scans)).toContain(name);
    rig.world.images.set(repository, usualImages(scans[name]));
    const { published, thrown } = await rig.run(sampleEvent(name), { Suppress: suppress });
    const lines = published.flatMap(linesOf);
    if (thrown !== undefined) lines.push(`Thrown: ${thrown instanceof Error ? thrown.message : thrown}`);
    expectGolden(name, lines.length === 0 ? ['Nothing is told.'] : lines);
  });

  test('the digest of all of them (UPDATE_GOLDEN=1 writes it)', async () => {
    for (const [index, name] of samples.entries()) {
      // In three repositories, and with a suppression that no other test reports.
      const own = `team/orders-${index % 3}`;
      const event = JSON.parse(JSON.stringify(sampleEvent(name)).replaceAll(repository, own));
      rig.world.images.set(own, usualImages(scans[name]));
      const more = { Suppress: 'CVE-2026-4444 2099-12-31 fixed by our patch', AlertAtOnceSeverity: '' };
      await rig.run({ ...event, id: `digest-${name}` }, { ...withDigest, ...more });
    }
    const { published, thrown } = await rig.runDigest({ AlertAtOnceSeverity: '' });
    expect({ thrown, messages: published.length }).toEqual({ thrown: undefined, messages: 1 });
    // The day on which the test runs.
    const times = /\d{4}-\d\d-\d\d(T[\d:.]+Z| \d\d:\d\d)/g;
    expectGolden(
      'digest',
      published.flatMap(linesOf).map((line) => line.replaceAll(times, 'YYYY-MM-DD hh:mm')),
    );
  });
});

const suppress = 'CVE-2026-4444 2099-12-31 glibc is not reachable from outside';

function linesOf({ subject, texts, attributes }: Published): string[] {
  return [
    `Subject: ${subject}`,
    `Attributes: ${JSON.stringify(attributes)}`,
    '',
    texts.default ?? '',
    '--- queues and functions',
    JSON.stringify({ ...JSON.parse(texts.sqs ?? '{}'), text: '(as above)' }, null, 2),
    '--- chat',
    JSON.stringify(JSON.parse(texts.https ?? '{}'), null, 2),
  ];
}

function expectGolden(name: string, lines: readonly string[]): void {
  const actual = `${lines.join('\n')}\n`;
  const file = join(folder, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
