/** Where the files of the centre are in its bucket. Pure. */
import { sweepKeys } from '../keys.ts';

/** The page of all registries, and what it is made from. */
export const centralKeys = { page: 'index.html', index: 'index.json' } as const;

/** The files of a sweep's reports, with their types. */
export const reportFiles = [
  ['html', 'text/html; charset=utf-8'],
  ['json', 'application/json'],
  ['csv', 'text/csv; charset=utf-8'],
] as const;

/** Where an account puts the files of a sweep: its keys there are those of its own bucket, below its own folder. */
export function centralReportKeys(
  { account, region }: { readonly account: string; readonly region: string },
  sweep: string,
) {
  const folder = `accounts/${account}/${region}`;
  const { html, json, csv } = sweepKeys(sweep);
  return { html: `${folder}/${html}`, json: `${folder}/${json}`, csv: `${folder}/${csv}` };
}
