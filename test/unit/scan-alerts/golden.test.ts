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
} from './support/run.ts';
import type { WorldImage } from './support/world.ts';

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
    const { published, thrown } = await rig.run(sampleEvent(name), {
      Suppress: 'CVE-2026-4444 2099-12-31 glibc is not reachable from outside',
    });
    const lines = published.flatMap(({ subject, texts, attributes }) => [
      `Subject: ${subject}`,
      `Attributes: ${JSON.stringify(attributes)}`,
      '',
      texts.default ?? '',
      '--- queues and functions',
      JSON.stringify({ ...JSON.parse(texts.sqs ?? '{}'), text: '(as above)' }, null, 2),
      '--- chat',
      JSON.stringify(JSON.parse(texts.https ?? '{}'), null, 2),
    ]);
    if (thrown !== undefined) lines.push(`Thrown: ${thrown instanceof Error ? thrown.message : thrown}`);
    const actual = `${lines.length === 0 ? 'Nothing is told.' : lines.join('\n')}\n`;
    const file = join(folder, `${name}.txt`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
    expect(actual).toBe(readFileSync(file, 'utf8'));
  });
});
