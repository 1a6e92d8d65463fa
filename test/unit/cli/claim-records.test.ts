import { describe, expect, test } from '@jest/globals';
import { claimRecords } from '../../../cli/claims/records.ts';
import { decodeRecord } from '../../../core/claims/encode.ts';
import type { Claim, ClaimRecord, InFlight } from '../../../core/claims/record.ts';
import type { RepositorySettings } from '../../../core/settings/repository-settings.ts';

import { itemOf } from '../../../reconcile/lease-records.ts';

import { arnOf } from '../custom-resource/support/registry.ts';

const settings = (scanOnPush: boolean): RepositorySettings => ({
  tagMutability: { mutability: 'MUTABLE', exclusions: [] },
  scanOnPush,
  lifecyclePolicy: undefined,
});
const claim = (holder: string): Claim => ({
  holder,
  stack: `stack-of-${holder}`,
  since: 1,
  request: 'request',
  properties: 'properties',
  set: settings(true),
  beforeLastChange: settings(false),
  replacedProperties: '',
  atTakeover: settings(true),
  foundByStack: settings(false),
});
const record = (holders: readonly string[], inFlight?: InFlight): ClaimRecord => ({
  repositoryArn: arnOf('a'),
  createdAt: 1,
  version: 4,
  changedAt: 1,
  original: settings(false),
  claims: holders.map(claim),
  retained: [],
  policies: {},
  inFlight,
});
const change = (holder: string, previous: ClaimRecord): InFlight => ({
  holder,
  request: 'request',
  before: settings(false),
  after: settings(true),
  previous: { original: previous.original, claims: previous.claims, retained: previous.retained },
  until: 1,
});
const release = (before: ClaimRecord, holder: string) => {
  const item = claimRecords.release(itemOf(before), holder, 2_000);
  const after = decodeRecord(item);
  return { item, after, holders: after?.claims.map((each) => each.holder) };
};

describe('the model of `ecr-hardening claims`', () => {
  test('resumes what the keeper leaves alone, and changes nothing else', () => {
    const drifts = [{ at: 1, by: 'terraform', settings: ['tagMutability' as const], events: ['one'] }];
    const before = { ...record(['keeper']), drift: { drifts, left: { at: 1, by: 'terraform', times: 3 } } };
    expect(decodeRecord(claimRecords.resume(itemOf(before)))).toEqual({
      ...record(['keeper']),
      ...{ version: 5, drift: { drifts: [], isResumed: true } },
    });
    // Every other write of the record keeps what was counted.
    expect(release(before, 'keeper').after).toMatchObject({ drift: before.drift });
  });

  test('reads what the functions write', () => {
    expect(claimRecords.decode(itemOf(record(['a', 'b'])))).toMatchObject({
      repositoryArn: arnOf('a'),
      claims: [{ holder: 'a', stack: 'stack-of-a', since: 1 }, { holder: 'b' }],
    });
    expect(claimRecords.decode({ ...itemOf(record([])), body: '{}' })).toBeUndefined();
  });

  test('releases a claim, and keeps the others and the original settings', () => {
    const { item, after, holders } = release(record(['a', 'b']), 'a');
    expect(item).toMatchObject({ version: 5, holders: ['b'] });
    expect(holders).toEqual(['b']);
    expect(after?.changedAt).toBe(2_000);
  });

  test('lets a record without any claim expire', () => {
    const { item, holders } = release(record(['a']), 'a');
    expect(holders).toEqual([]);
    expect(item.holders).toEqual([]);
    expect(item.expiresAt).toBeGreaterThan(2);
  });

  test('gives up an interrupted change of the holder, and keeps another’s without its claim', () => {
    expect(release(record(['a', 'b'], change('a', record(['a']))), 'a').after?.inFlight).toBeUndefined();
    const kept = release(record(['a', 'b'], change('b', record(['a']))), 'a').after?.inFlight;
    expect(kept).toMatchObject({ holder: 'b', previous: { claims: [] } });
  });
});
