import { groupBy } from '../../core/group-by.ts';
import { visible } from '../../core/visible.ts';
import type { LocatedFinding } from '../findings.ts';
import { withFixesJoined } from './fixes.ts';

/** JUnit's XML: a suite for each template, a failed case for each finding that counts, one that passes for a clean one. */
export function junitReport(files: readonly string[], findings: readonly LocatedFinding[]): string {
  const byFile = groupBy(withFixesJoined(findings), ({ file }) => file);
  const suites = files.map((file) => {
    const cases = byFile.get(file) ?? [];
    const failures = cases.filter(({ level }) => level !== 'note').length;
    const names = namesOf(file, cases);
    const lines = cases.map(({ control, level, message, line, column }, index) => {
      const name = `    <testcase classname="${escaped(control)}" name="${escaped(names[index] ?? '')}"`;
      if (level === 'note') return `${name}><system-out>${escaped(message)}</system-out></testcase>`;
      return `${name}><failure type="${level}" message="${escaped(message)}">${escaped(`${file}:${line}:${column}`)}</failure></testcase>`;
    });
    const clean = `    <testcase classname="ecr-hardening" name="${escaped(file)}"/>`;
    return [
      `  <testsuite name="${escaped(file)}" tests="${Math.max(1, cases.length)}" failures="${failures}">`,
      ...(lines.length === 0 ? [clean] : lines),
      '  </testsuite>',
    ].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ecr-hardening">\n${suites.join('\n')}\n</testsuites>\n`;
}

/**
 * A name for each case that no other one of its class has, in any suite: of two with the same, GitLab shows one
 * (https://gitlab.com/gitlab-org/gitlab/-/issues/237920). Without lines, which move: a name says which failure is new.
 */
function namesOf(file: string, cases: readonly LocatedFinding[]): readonly string[] {
  const counts = new Map<string, number>();
  return cases.map(({ control, place }) => {
    const key = `${control} ${place}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return `${file}: ${place}${count === 1 ? '' : ` (${count})`}`;
  });
}

/** XML takes neither its own signs nor control characters, nor two of Unicode's last ones. */
function escaped(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\ufffe\uffff]/g, '?');
}
