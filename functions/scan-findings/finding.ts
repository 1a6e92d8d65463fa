import { type Severity, severities } from './severity.ts';

/** One vulnerability in one package of an image. */
export interface Finding {
  /** Such as CVE-2026-1234. */
  readonly id: string;
  readonly severity: Severity;
  readonly package: string;
  /** The version in the image; empty where the scanner does not say. */
  readonly installed: string;
  /**
   * The version that mends it, or null where there is none; undefined where the scanner does not say, as ECR's basic
   * scanning never does (containers-roadmap#1054).
   */
  readonly fixed: string | null | undefined;
  readonly url: string | undefined;
}

const mostCharacters = 300;

/**
 * A text that a scanner gave, on one line and not longer than anybody reads: package names come out of images, and so
 * from strangers.
 */
export function clip(text: string, most = mostCharacters): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toWellFormed();
  return line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
}

/** What makes two findings the same in two images: the vulnerability and its package, not the version. */
export function identityOf({ id, package: name }: Finding): string {
  return `${id} ${name}`;
}

/** The worst first; those with a fix before those without, and then by name, so that the order is always the same. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const hasFix = (fixed: Finding['fixed']) => typeof fixed === 'string';
  const rank = ({ severity, fixed }: Finding) => severities.indexOf(severity) * 2 + (hasFix(fixed) ? 0 : 1);
  return findings.toSorted(
    (one, other) => rank(one) - rank(other) || compare(identityOf(one), identityOf(other)),
  );
}

/** The findings of an image that an earlier one did not have. */
export function newAgainst(findings: readonly Finding[], earlier: readonly Finding[]): readonly Finding[] {
  const known = new Set(earlier.map(identityOf));
  return findings.filter((finding) => !known.has(identityOf(finding)));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
