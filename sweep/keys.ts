/** Where a sweep's files are in its bucket. Pure. */

/** The name of a sweep, which is that of its execution, as Step Functions allows it. */
export function isSweepName(name: string): boolean {
  // A name is a part of keys; Step Functions itself allows a few characters more.
  return /^[A-Za-z0-9_-]{1,80}$/.test(name);
}

/** The files of one sweep. */
export function sweepKeys(sweep: string) {
  const folder = `sweeps/${sweep}`;
  return {
    info: `${folder}/sweep.json`,
    repositories: `${folder}/repositories.jsonl`,
    items: `${folder}/items.jsonl`,
    evidence: `${folder}/evidence.jsonl`,
    /** What the batches write. */
    results: `${folder}/results/`,
    resultsOf: (firstIndex: number) => `${folder}/results/${String(firstIndex).padStart(8, '0')}.jsonl`,
    /** What Step Functions writes of the map. */
    map: `${folder}/map`,
    outcomes: `${folder}/outcomes.jsonl`,
    html: `${folder}/report.html`,
    json: `${folder}/report.json`,
    csv: `${folder}/report.csv`,
    /** What the sweep came to; written when everybody has been notified. */
    summary: `${folder}/summary.json`,
  } as const;
}

/** Points at the last whole sweep. */
export const latestKey = 'latest.json';
