import { expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import type { Ecr, Repository } from '../../../aws/ecr/ecr.ts';
import { memoryClaims } from '../../../bench/memory-claims.ts';
import { decodeRecord } from '../../../core/claims/encode.ts';
import type { ClaimRecord, InFlight } from '../../../core/claims/record.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import type { TagMutability } from '../../../core/settings/tag-mutability.ts';
import { hashOfPolicy } from '../../../reconcile/hash.ts';
import { isBusy, resolveInFlight } from '../../../reconcile/in-flight.ts';
import { itemOf } from '../../../reconcile/lease-records.ts';
import { startSession } from '../../../reconcile/session.ts';

const name = 'team/orders';
const arn = `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;
const text = lifecyclePolicyText({ KeepImages: 5, ExpireUntaggedAfterDays: 0, ProtectedTags: [] }) ?? '';
const mutable = { mutability: 'MUTABLE', exclusions: [] } as const;
const immutable = { mutability: 'IMMUTABLE', exclusions: [] } as const;
const before = { tagMutability: mutable, scanOnPush: false, lifecyclePolicy: hashOfPolicy(text) };
const after = { tagMutability: immutable, scanOnPush: false, lifecyclePolicy: hashOfPolicy(undefined) };

/** A change that its function has left unfinished, and whose deadline has passed. */
const inFlight: InFlight = {
  ...{ holder: 'ended', request: 'request', before, after, until: 0 },
  previous: { original: before, claims: [], retained: [] },
};
const interrupted: ClaimRecord & { readonly inFlight: InFlight } = {
  ...{ repositoryArn: arn, createdAt: 1, version: 1, changedAt: 0, inFlight },
  ...{ original: before, claims: [], retained: [], policies: { [before.lifecyclePolicy]: text } },
};

/** A repository as that change has left it, a clock, and requests that find it so. */
function world({
  duringPreview = async () => undefined,
  reading = () => undefined,
  startAt = 10 * 60_000,
  tagMutability: found = immutable,
}: {
  readonly duringPreview?: () => Promise<void>;
  /** Called while the repository is read. */
  readonly reading?: () => void;
  /** Milliseconds after the deadline of the change. */
  readonly startAt?: number;
  readonly tagMutability?: TagMutability;
}) {
  let now = startAt;
  let repository: Repository = {
    ...{ name, arn, uri: '', registryId: '123456789012', createdAt: 1, encryption: 'AES256' },
    ...{ tagMutability: found, scanOnPush: false },
  };
  const writes: string[] = [];
  const never = async (): Promise<never> => {
    throw new Error('not called here');
  };
  const connect = () => {
    throw new Error('nothing expires, so nobody is asked who uses it');
  };
  const ecr: Ecr = {
    async repository() {
      reading();
      return repository;
    },
    repositories: never,
    repositoriesNamed: never,
    scanFrequencies: never,
    scanType: never,
    tags: never,
    accountSetting: never,
    putAccountSetting: never,
    putScanOnPush: never,
    pulledImages: never,
    lifecyclePolicy: async () => undefined,
    async putTagMutability(_name, tagMutability) {
      writes.push(tagMutability.mutability);
      repository = { ...repository, tagMutability };
    },
    putLifecyclePolicy: async () => void writes.push('policy'),
    deleteLifecyclePolicy: never,
    startPreview: duringPreview,
    preview: async () => ({ status: 'complete', text, expiring: [] }),
  };
  const claims = memoryClaims(async () => undefined);
  claims.items.set(arn, itemOf(interrupted));
  const request = async (workingMs: number) => {
    const times = [workingMs, workingMs + 100, workingMs + 200].map((each) => deadlineIn(each));
    const [working = deadlineIn(0), undoing = working, recording = working] = times;
    const session = startSession({
      ecr: {
        until: () => ecr,
        patiently: () => ecr,
        region: async () => 'us-east-1',
        speed: { responseMs: () => undefined, perSecond: () => undefined },
        close: () => undefined,
      },
      ...{ claims, working, undoing, recording, holder: 'next', request: 'next', policy: builtInPolicy },
      ...{ allowWeakening: false, allowAccountSettings: false, allowExpiringImagesInUse: false },
      usage: { registry: { registryId: '', region: '' }, required: [], connect },
      ...{ progress: { repositories: 0 }, now: () => now, log: () => undefined },
    });
    try {
      const item = claims.items.get(arn);
      const record = item && decodeRecord(item);
      return isBusy(record) ? await resolveInFlight([record], session.context) : 'nothing to revert';
    } finally {
      session.end();
      for (const each of times) each.dispose();
    }
  };
  return { request, writes, pass: (ms: number) => (now += ms) };
}

test('while a request reverts an unfinished change, and its check for images in use takes minutes, no other reverts it', async () => {
  const others: unknown[] = [];
  const duringPreview = async () => {
    if (others.length > 0) return;
    others.push(undefined);
    pass(2 * 60_000);
    others[0] = await request(150);
  };
  const { request, writes, pass } = world({ duringPreview });
  expect(await request(5 * 60_000)).toBeUndefined();
  expect(others).toEqual([expect.objectContaining({ repositoryArn: arn })]);
  expect(writes).toEqual(['MUTABLE', 'policy']);
});

test.each([
  ['began, however long it takes', 0, 10_000, ['MUTABLE', 'policy']],
  ['began: later than reads lag it is true', 10_000, 0, ['policy']],
])(
  'whether a read may show what was before an unfinished change goes by when it %s',
  async (_title, startAt, tookMs, expected) => {
    const { request, writes, pass } = world({
      startAt,
      tagMutability: mutable,
      reading: () => pass(tookMs),
    });
    expect(await request(5 * 60_000)).toBeUndefined();
    expect(writes).toEqual(expected);
  },
);
