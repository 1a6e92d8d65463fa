/** What the sentences about a whole registry are made from, counted one repository after the other. Pure. */
import { isUnknown } from '../core/known.ts';
import type { AuditFinding, Expiry, Range } from './audit.ts';
import type { ReadOrTold } from './unread.ts';

/** Sums over repositories. */
export interface Totals {
  /** How many repositories were read. */
  readonly read: number;
  /** How many have no issue; one of which something could not be read is not among them. */
  readonly safe: number;
  /** In how many the current lifecycle policy expires or archives images that are in use or were pulled lately. */
  readonly expiringInUse: number;
  /** What the organisation's lifecycle policy would expire, if it were applied to every repository. */
  readonly hardened: Readonly<Record<'images' | 'pulledLately' | 'inUse', Range>>;
}

type CountedExpiry = Pick<Expiry, 'images' | 'pulledLately'> & { readonly inUse: ReadOrTold<Range> };

/** What is counted of a repository: of an audit as data, or in words. */
export interface TotalledRepository {
  readonly findings: readonly Pick<AuditFinding, 'level'>[];
  readonly scanned: ReadOrTold<object>;
  readonly lifecyclePolicy: ReadOrTold<{ readonly expires: ReadOrTold<Pick<Expiry, 'inUseOrPulled'>> }>;
  readonly publicBy: ReadOrTold<readonly unknown[]>;
  readonly hardened: ReadOrTold<CountedExpiry> | null;
}

const none: Range = { atLeast: 0, atMost: 0 };

/** Those of no repository. */
export const noTotals: Totals = {
  read: 0,
  safe: 0,
  expiringInUse: 0,
  hardened: { images: none, pulledLately: none, inUse: none },
};

/** The same with one repository more. */
export function withRepository(totals: Totals, repository: TotalledRepository): Totals {
  const { lifecyclePolicy: policy, hardened } = repository;
  const isExpiring =
    !(isUnknown(policy) || isUnknown(policy.expires)) && policy.expires.inUseOrPulled.atMost > 0;
  return {
    read: totals.read + 1,
    safe: totals.safe + Number(isSafe(repository)),
    expiringInUse: totals.expiringInUse + Number(isExpiring),
    hardened: hardened === null || isUnknown(hardened) ? totals.hardened : plus(totals.hardened, hardened),
  };
}

/** A repository of which something could not be read does not count as safe. */
function isSafe({ findings, scanned, lifecyclePolicy, publicBy }: TotalledRepository): boolean {
  return (
    findings.every(({ level }) => level === 'note') &&
    ![scanned, lifecyclePolicy, publicBy].some((value) => isUnknown(value))
  );
}

function plus(sum: Totals['hardened'], { images, pulledLately, inUse }: CountedExpiry): Totals['hardened'] {
  return {
    images: sumOf(sum.images, images),
    pulledLately: sumOf(sum.pulledLately, pulledLately),
    inUse: isUnknown(inUse) ? sum.inUse : sumOf(sum.inUse, inUse),
  };
}

function sumOf(one: Range, other: Range): Range {
  return { atLeast: one.atLeast + other.atLeast, atMost: one.atMost + other.atMost };
}
