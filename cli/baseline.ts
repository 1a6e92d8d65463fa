/**
 * A baseline: the findings that a project had when it began to check, in a file. They are known; only new ones fail.
 *
 *     {"version":1,"findings":[{"file":"stacks/a.yaml","control":"ScanOnPush","place":"A.Properties...","code":"...","count":1}]}
 *
 * A finding is known by what it is about, and not by its line, which moves with every edit.
 */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isList, isObject, type Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { readText } from '../template-text/file.ts';
import type { LocatedFinding } from './findings.ts';
import { whyUnwritten } from './unwritten.ts';

/** What is known. */
export interface Baseline {
  /** Whether a finding is known; each entry answers as often as it was counted. */
  takes(finding: LocatedFinding): boolean;
  /**
   * How many entries match no finding, although their files were read or no longer exist.
   *
   * @param read the files that were read
   */
  left(read: readonly string[], isSelected: (entry: { readonly control: string }) => boolean): number;
}

/** What an entry is about. */
type Subject = Pick<LocatedFinding, 'file' | 'control' | 'place' | 'code'>;

/** @throws Problem if there is no such file, or it is no baseline */
export function readBaseline(file: string): Baseline {
  if (!existsSync(file))
    throw new Problem(`There is no baseline ${file}: write one with --write-baseline ${file}.`);
  const counts = new Map<string, number>();
  for (const entry of entriesIn(file)) counts.set(entry.key, entry.count);
  return {
    takes(finding) {
      const key = keyOf(finding, file);
      const count = counts.get(key) ?? 0;
      if (count > 0) counts.set(key, count - 1);
      return count > 0;
    },
    left(read, isSelected) {
      const places = new Set(read.map((each) => placeOf(each, file)));
      const isLookedFor = (entry: { readonly file: string; readonly control: string }) =>
        isSelected(entry) &&
        (places.has(entry.file) || !existsSync(resolve(dirname(resolve(file)), entry.file)));
      return [...counts]
        .filter(([key]) => isLookedFor(JSON.parse(key)))
        .reduce((sum, [, count]) => sum + count, 0);
    },
  };
}

/** Writes the findings that count, and returns how many there are. @throws Problem if the file cannot be written */
export async function writeBaseline(file: string, findings: readonly LocatedFinding[]): Promise<number> {
  // Here, since what writes files loads node:crypto, which takes 3 ms.
  const { writeText } = await import('./write-file.ts');
  const counted = findings.filter(({ level }) => level !== 'note');
  const counts = new Map<string, number>();
  for (const finding of counted) {
    const key = keyOf(finding, file);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const entries = [...counts].map(([key, count]) => JSON.stringify({ ...JSON.parse(key), count })).toSorted();
  const lines = entries.map((entry) => `\n    ${entry}`).join(',');
  try {
    writeText(file, `{\n  "version": 1,\n  "findings": [${lines}${lines === '' ? '' : '\n  '}]\n}\n`);
  } catch (error) {
    const reason = whyUnwritten(error);
    throw new Problem(
      `${file} could not be written (${reason}): specify another file with --write-baseline.`,
    );
  }
  return counted.length;
}

function keyOf({ file, control, place, code }: Subject, baseline: string): string {
  return JSON.stringify({ file: placeOf(file, baseline), control, place, code });
}

/** A file's place from that of the baseline, so that it is the same from any folder. */
function placeOf(file: string, baseline: string): string {
  return relative(dirname(resolve(baseline)), resolve(file)).replaceAll('\\', '/');
}

function entriesIn(baseline: string): readonly { readonly key: string; readonly count: number }[] {
  const refuse = (): never => {
    throw new Problem(`${baseline} is not a baseline: write it again with --write-baseline ${baseline}.`);
  };
  const value =
    parsed(
      readText(baseline, baseline, {
        missing: `write one with --write-baseline ${baseline}`,
        folder: 'specify the file with --baseline',
        binary: `write it again with --write-baseline ${baseline}`,
      }),
    ) ?? refuse();
  const { version, findings } = isObject(value) ? value : {};
  if (version !== 1 || !isList(findings)) return refuse();
  return findings.map((entry) => {
    const { file, control, place, code, count } = isObject(entry) ? entry : {};
    const isWhole = [file, control, place, code].every((each) => typeof each === 'string');
    if (!isWhole || typeof count !== 'number') return refuse();
    return { key: JSON.stringify({ file, control, place, code }), count };
  });
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
