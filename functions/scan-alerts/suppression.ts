/** Suppressed findings, each with a reason and an expiry date. Pure. */
import type { Vulnerability } from './vulnerability.ts';

export interface Suppression {
  /** The vulnerability, such as CVE-2026-1234. */
  readonly id: string;
  /** The last day, such as 2026-12-31, in UTC. */
  readonly until: string;
  readonly reason: string;
  /** Where it is set, such as `the parameter Suppress`. */
  readonly by: string;
}

/**
 * The longest time for which a repository's tag can suppress a finding. A tag has no date of its own, so a last day that
 * is further away has no effect: to count it up to here would move its end by a day every day.
 */
export const maxTagDays = 90;

/** The prefix of a repository's tag that suppresses a finding; the finding's id follows. */
export const suppressionPrefix = 'ecr-hardening-suppress:';

/** Parsed suppressions, and a clause for each one that could not be parsed. */
export interface Suppressions {
  readonly suppressions: readonly Suppression[];
  readonly problems: readonly string[];
}

/**
 * The application's parameter: entries such as `CVE-2026-1234 2026-12-31 not reachable from outside`, separated by
 * semicolons.
 */
export function parseSuppress(parameter: string): Suppressions {
  const entries = parameter.split(';').map((entry) => entry.trim());
  return collectSuppressions(
    entries
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [id = '', ...rest] = entry.split(/\s+/);
        return parse(id, rest.join(' '), 'Suppress', 'the parameter Suppress');
      }),
  );
}

/**
 * A repository's tags: `ecr-hardening-suppress:CVE-2026-1234` = `2026-12-31 not reachable from outside`.
 *
 * @param areAllowed the application's parameter AllowSuppressionTags
 * @param now milliseconds since 1970
 */
export function suppressionsInTags(
  tags: ReadonlyMap<string, string>,
  areAllowed: boolean,
  now: number,
): Suppressions {
  const latest = dayOf(now + maxTagDays * 24 * 60 * 60 * 1000);
  return collectSuppressions(
    [...tags]
      .filter(([key]) => key.startsWith(suppressionPrefix))
      .map(([key, value]) => {
        const where = `the tag ${key}`;
        if (!areAllowed) return `${where} has no effect, because AllowSuppressionTags is false`;
        const parsed = parse(key.slice(suppressionPrefix.length), value, where, `the repository tag ${key}`);
        return typeof parsed === 'string' || parsed.until <= latest
          ? parsed
          : `${where} has no effect, because a tag can suppress a finding for at most ${maxTagDays} days: until ${latest}, not ${parsed.until}`;
      }),
  );
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function parse(id: string, text: string, where: string, by: string): Suppression | string {
  const [, until = '', reason = ''] = /^(\d{4}-\d{2}-\d{2})\s+(.*\S)\s*$/.exec(text) ?? [];
  if (!/^[A-Za-z0-9-]+$/.test(id))
    return `${where} must begin with the id of a finding, such as CVE-2026-1234`;
  // A date that does not exist, such as the 31st of February, becomes another one.
  const isDay = new Date(`${until}T00:00:00Z`).toJSON()?.startsWith(until) ?? false;
  if (until === '' || !isDay)
    return `${where} needs for ${id} the last day (such as 2026-12-31) and a reason`;
  return { id, until, reason, by };
}

function collectSuppressions(parsed: readonly (Suppression | string)[]): Suppressions {
  return {
    suppressions: parsed.filter((each) => typeof each !== 'string'),
    problems: parsed.filter((each) => typeof each === 'string'),
  };
}

/** A finding that is suppressed, and by what. */
export interface Suppressed {
  readonly finding: Vulnerability;
  /** Inspector does not return the reason and the end of its own suppressions. */
  readonly by: Suppression | 'Amazon Inspector';
}

/**
 * Splits findings into reported and suppressed ones; a suppression applies up to the end of its last day, in UTC.
 *
 * @param suppressions of several for one vulnerability the first that applies counts
 * @param now milliseconds since 1970
 */
export function splitSuppressed(
  findings: readonly Vulnerability[],
  suppressions: readonly Suppression[],
  now: number,
): { readonly reported: readonly Vulnerability[]; readonly suppressed: readonly Suppressed[] } {
  const today = dayOf(now);
  const applying = suppressions.filter(({ until }) => until >= today);
  const byId = new Map(applying.toReversed().map((each) => [each.id.toUpperCase(), each]));
  const reported: Vulnerability[] = [];
  const suppressed: Suppressed[] = [];
  for (const finding of findings) {
    const by = byId.get(finding.id.toUpperCase());
    if (by === undefined) reported.push(finding);
    else suppressed.push({ finding, by });
  }
  return { reported, suppressed };
}
