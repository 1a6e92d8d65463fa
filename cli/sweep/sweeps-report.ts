/** The reports of several sweeps, in pieces: of a large organisation not all can be in memory. */
import { visibleIn } from '../../core/visible.ts';
import { htmlChunks } from '../../reports/audit-html.ts';
import { joined, jsonChunks } from '../../reports/json-chunks.ts';
import { sweepsCsv } from '../../reports/sweep-csv.ts';
import type { DescribedResult } from '../../wording/sweep/describe.ts';
import { severalSections } from '../../wording/sweep/several.ts';
import type { SweepFormat } from '../commands/sweep-options.ts';
import type { CollectedSweeps } from './collect-sweeps.ts';

/** @param version of this product */
export function sweepsReport(
  format: SweepFormat,
  collected: CollectedSweeps,
  version: string,
): Iterable<string> {
  return joined(reports[format](collected, version));
}

const reports: Readonly<
  Record<SweepFormat, (collected: CollectedSweeps, version: string) => Iterable<string>>
> = {
  csv: ({ results, sweeps }) => sweepsCsv(visibleEach(results()), visibleIn(sweeps())),
  json: ({ results, sweeps }) =>
    jsonChunks((list) => ({ version: '1', sweeps: sweeps(), repositories: list }), results(), 1),
  html: pageOf,
};

function pageOf(collected: CollectedSweeps, version: string): Iterable<string> {
  const { repositories, ...audit } = collected.audit();
  const extras = { verb: 'Swept', sections: severalSections(collected.sweeps(), unread(collected)) };
  const shown = {
    length: repositories.length,
    [Symbol.iterator]: () => visibleEach(repositories),
  };
  return htmlChunks({ ...visibleIn(audit), repositories: shown }, version, visibleIn(extras));
}

/** The repositories that the table does not have. */
function unread({ results }: CollectedSweeps): readonly DescribedResult[] {
  const found: DescribedResult[] = [];
  for (const result of results()) if (result.audit === null) found.push(result);
  return found;
}

function* visibleEach<Each>(all: Iterable<Each>): Generator<Each, void, undefined> {
  for (const each of all) yield visibleIn(each);
}
