/** What the items of the claims table mean, as the functions write them. */
import type { ClaimItem } from '../../aws/claims/claims-table.ts';
import { resumed } from '../../core/claims/drift.ts';
import { decodeRecord } from '../../core/claims/encode.ts';
import { removeClaim } from '../../core/claims/operations.ts';
import type { ClaimRecord, InFlight } from '../../core/claims/record.ts';
import { itemOf } from '../../reconcile/lease-records.ts';
import type { ClaimModel } from './model.ts';

export const claimRecords: ClaimModel = {
  decode: decodeRecord,
  release(item, holder, now) {
    const record = recordIn(item);
    return itemOf({ ...releaseFrom(record, holder), version: item.version + 1, changedAt: now });
  },
  resume: (item) => itemOf(resumed(recordIn(item))),
};

function recordIn(item: ClaimItem): ClaimRecord {
  const record = decodeRecord(item);
  if (record === undefined) throw new Error(`the claims table has an item that cannot be read: ${item.key}`);
  return record;
}

/** The claim goes as by `Retain`: the repository keeps its settings, so nobody has to know them. */
function releaseFrom(record: ClaimRecord, holder: string): ClaimRecord {
  const { ownership } = removeClaim(record, holder, 'Retain', undefined);
  return { ...record, ...ownership, inFlight: changeWithout(record.inFlight, holder) };
}

/** An interrupted change of the holder's own is not undone any more; what another's undo brings back has no such claim. */
function changeWithout(inFlight: InFlight | undefined, holder: string): InFlight | undefined {
  if (inFlight === undefined || inFlight.holder === holder) return undefined;
  return { ...inFlight, previous: removeClaim(inFlight.previous, holder, 'Retain', undefined).ownership };
}
