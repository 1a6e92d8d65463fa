/** The records of claims that the bench's table holds, as the core reads them. */
import { decodeRecord } from '../../../../core/claims/encode.ts';
import type { ClaimRecord } from '../../../../core/claims/record.ts';
import type { StubClaimsTable } from './claims-table.ts';
import { arnOf, type Settings } from './registry.ts';

/** The record of a repository; undefined where there is none, or none that can be read. */
export function recordOf(claims: StubClaimsTable, repository: string): ClaimRecord | undefined {
  const item = claims.get(arnOf(repository));
  return item && decodeRecord(item);
}

/** The holders of the claims, the newest last; empty where nobody claims the repository. */
export function holdersIn(record: Pick<ClaimRecord, 'claims'> | undefined): readonly string[] {
  return record?.claims.map(({ holder }) => holder) ?? [];
}

/** Settings as a record has them; of the lifecycle policy its hash, where it was read. */
export function asClaimed({ mutability, exclusions, scanOnPush }: Settings, lifecyclePolicy?: string) {
  return {
    tagMutability: { mutability, exclusions },
    scanOnPush,
    ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
  };
}

/** What a record says of who wants what, without when and how often it was written. */
export function claimsIn(record: ClaimRecord | undefined) {
  const { original, claims = [], retained = [], inFlight } = record ?? {};
  return claims.length + retained.length === 0 && inFlight === undefined
    ? undefined
    : { original, claims, retained, inFlight };
}
