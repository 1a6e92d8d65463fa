/** Runs the real handler in a world of its own. */
import '../../custom-resource/support/one-realm.ts';

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { isObject, type JsonObject } from '../../../../core/json.ts';
import { handler as digestHandler } from '../../../../functions/scan-alerts/digest.ts';
import { handler } from '../../../../functions/scan-alerts/scan.ts';
import { type Published, startWorld, type World, type WorldImage } from './world.ts';

const folder = join(__dirname, '../../../../events');

/** The names of the sample events for this function. */
export const samples = readdirSync(folder)
  .filter((name) => name.startsWith('findings-'))
  .map((name) => name.replace(/\.json$/, ''))
  .toSorted();

export function sampleEvent(name: string): JsonObject {
  const event: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  if (!isObject(event)) throw new Error(`${name} holds no event`);
  return event;
}

/** The same with an id that nobody was told of. */
export function eventLike(name: string, detail: JsonObject = {}): JsonObject {
  const event = sampleEvent(name);
  return { ...event, id: randomUUID(), detail: { ...Object(event.detail), ...detail } };
}

export const digest = 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234abcd';
export const repository = 'team/orders';
const day = 24 * 60 * 60;
const pushedAt = Date.parse('2026-10-29T02:36:02Z') / 1000;

export function basicFinding(
  name: string,
  severity: string,
  attributes: Readonly<Record<string, string>>,
): JsonObject {
  return {
    name,
    severity,
    uri: `https://nvd.nist.gov/vuln/detail/${name}`,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  };
}

export const findings: readonly JsonObject[] = [
  basicFinding('CVE-2026-2222', 'MEDIUM', { package_name: 'curl', package_version: '7.88.1' }),
  basicFinding('CVE-2026-1111', 'CRITICAL', {
    package_name: 'openssl',
    package_version: '3.0.11',
    fixed_version: '3.0.13',
  }),
  basicFinding('CVE-2026-3333', 'CRITICAL', { package_name: 'zlib', package_version: '1.2.13' }),
  basicFinding('CVE-2026-4444', 'HIGH', {
    package_name: 'glibc',
    package_version: '2.36',
    fixed_version: '2.36-9',
  }),
];

/** The same as Inspector gives them. */
export const enhancedFindings: readonly JsonObject[] = findings.map((finding) => {
  const attributes = new Map(
    (Array.isArray(finding.attributes) ? finding.attributes : []).map(({ key, value }) => [key, value]),
  );
  return {
    severity: finding.severity ?? '',
    status: 'ACTIVE',
    type: 'PACKAGE_VULNERABILITY',
    packageVulnerabilityDetails: {
      vulnerabilityId: finding.name ?? '',
      sourceUrl: finding.uri ?? '',
      vulnerablePackages: [
        {
          name: attributes.get('package_name'),
          version: attributes.get('package_version'),
          fixedInVersion: attributes.get('fixed_version') ?? 'NotAvailable',
        },
      ],
    },
  };
});

/** The image of the sample events, and two that were pushed before it. */
export function usualImages(scan: WorldImage['scan']): readonly WorldImage[] {
  const earlier = { status: 'COMPLETE', findings: findings.slice(2) };
  return [
    { digest, tags: ['1.4.2', '9f1c2ab'], pushedAt, ...(scan === undefined ? {} : { scan }) },
    { digest: `sha256:${'1'.repeat(64)}`, tags: ['1.4.1'], pushedAt: pushedAt - day, scan: earlier },
    {
      digest: `sha256:${'0'.repeat(64)}`,
      tags: ['1.4.0'],
      pushedAt: pushedAt - 9 * day,
      scan: { status: 'COMPLETE' },
    },
  ];
}

export const environment: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AlertSeverity: 'HIGH',
  AlertTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts',
  NotifyOn: 'Threshold',
  SourceUrlTemplate: 'https://github.com/acme/{repository}/commit/{commit}',
  Suppress: '',
  AlertHttpsForm: 'Chat',
  AlertDigestQueueUrl: '',
  AlertAtOnceSeverity: 'CRITICAL',
};

/** With a daily digest. */
export const withDigest: Readonly<Record<string, string>> = {
  AlertDigestQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/digest',
};

interface Context {
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** What was published, or what was thrown. */
export interface Ran {
  readonly published: readonly Published[];
  readonly thrown: unknown;
}

export interface Rig {
  readonly world: World;
  readonly printed: readonly string[];
  /** Serves one event. */
  run(event: unknown, more?: Readonly<Record<string, string>>, remainingMs?: number): Promise<Ran>;
  /** Sends the digest. */
  runDigest(more?: Readonly<Record<string, string>>, remainingMs?: number): Promise<Ran>;
  stop(): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  const world = await startWorld();
  const saved = { ...process.env };
  const printed: string[] = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((...texts: unknown[]) => {
    printed.push(texts.map(String).join(' '));
  });
  const runIn = async (
    more: Readonly<Record<string, string>>,
    remainingMs: number,
    work: (context: Context) => Promise<void>,
  ): Promise<Ran> => {
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL: world.url }, more);
    const before = world.published.length;
    const end = performance.now() + remainingMs;
    let thrown: unknown;
    try {
      await work({
        getRemainingTimeInMillis: () => end - performance.now(),
        invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:123456789012:function:alerts`,
      });
    } catch (error) {
      thrown = error;
    }
    return { published: world.published.slice(before), thrown };
  };
  return {
    world,
    printed,
    run: (event, more = {}, remainingMs = 60_000) =>
      runIn(more, remainingMs, (context) => handler(event, context)),
    runDigest: (more = {}, remainingMs = 60_000) =>
      runIn({ ...withDigest, ...more }, remainingMs, (context) => digestHandler({}, context)),
    async stop() {
      spy.mockRestore();
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
      await world.stop();
    },
  };
}
