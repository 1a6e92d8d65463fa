/** The order of repositories in an audit: the most severe first. */
import { isUnknown } from '../core/known.ts';
import { type AuditFinding, auditSeverities, type ImageCount, type RepositoryAudit } from './audit.ts';
import type { ReadOrTold } from './unread.ts';

/** What a repository is sorted by. */
export interface AuditRank {
  readonly severity: number;
  /** US dollars a month; 0 if it is not known. */
  readonly cost: number;
  readonly name: string;
}

/** What decides it: of an audit as data, or in words. */
export interface RankedRepository extends Pick<RepositoryAudit, 'name'> {
  readonly findings: readonly Pick<AuditFinding, 'level'>[];
  readonly images: ReadOrTold<ImageCount>;
}

export function rankOf({ findings, images, name }: RankedRepository): AuditRank {
  // An error outweighs 99 warnings, and a warning 99 notes: more than a repository has.
  const severity = findings.reduce(
    (sum, { level }) => sum + 100 ** (auditSeverities.length - 1 - auditSeverities.indexOf(level)),
    0,
  );
  return { severity, cost: isUnknown(images) ? 0 : images.monthlyCost, name };
}

/** Negative if the first comes first. */
export function compareRanks(one: AuditRank, other: AuditRank): number {
  return (
    other.severity - one.severity ||
    other.cost - one.cost ||
    (one.name === other.name ? 0 : one.name < other.name ? -1 : 1)
  );
}
