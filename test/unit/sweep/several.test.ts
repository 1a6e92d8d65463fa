import { describe, expect, test } from '@jest/globals';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { noColours } from '../../../cli/colours.ts';
import { sweepsText } from '../../../cli/reports/sweeps-text.ts';
import { collectSweeps } from '../../../cli/sweep/collect-sweeps.ts';
import { sweepsReport } from '../../../cli/sweep/sweeps-report.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { sweepReports } from '../../../reports/sweep-reports.ts';
import { sweepKeys } from '../../../sweep/keys.ts';
import type { RepositoryResult } from '../../../sweep/results.ts';
import { now, reading } from '../audit/support/readings.ts';
import { arnOf, nameOf, resultOf, world } from './support/world.ts';

const auditOptions = { policy: builtInPolicy, quota: 100_000, lookBackDays: 14, keepDays: 14, now };
const audited = (index: number) =>
  auditRepository(reading({ name: nameOf(index), arn: arnOf(index) }), auditOptions);
const results: readonly RepositoryResult[] = [
  resultOf(0, 'hardened', {
    audit: audited(0),
    changes: [{ setting: 'scanOnPush', before: false, after: true }],
    // More than these may be at risk.
    atRisk: { images: 2, first: [], isComplete: false },
  }),
  resultOf(1, 'failed', { reason: { code: 'failed', error: 'AccessDeniedException' } }),
  resultOf(2, 'safe', {
    audit: audited(2),
    atRisk: { unknown: { code: 'denied', action: 'ecr:DescribeImages' } },
  }),
];
const denied = 'These credentials cannot use the keeper.';

/** Two keepers' sweeps, whose files are as the summary writes them, and one that could not be used. */
async function collected(patterns?: string) {
  const all = collectSweeps(patterns);
  for (const [index, [registryId, region]] of [
    ['111111111111', 'eu-west-1'],
    ['222222222222', 'us-east-1'],
  ].entries()) {
    const { write, summarise, store } = world();
    await write({ sweep: 'one', listed: [0, 1, 2], batches: [results] });
    const summary = await summarise('one', (info) => sweepReports(info, store, '1'));
    const info = { ...summary.info, registry: { registryId: registryId ?? '', region: region ?? '' } };
    const lines = store.lines(sweepKeys('one').json);
    expect(await all.add(index, `profile ${index}`, { ...summary, info }, lines)).toBe(true);
  }
  all.fail(2, { by: 'profile third', region: 'eu-west-1', failure: denied });
  return all;
}

const reportOf = async (format: 'html' | 'json' | 'csv', patterns?: string) => {
  const all = await collected(patterns);
  const text = [...sweepsReport(format, all, '1.2.3')].join('');
  all.close();
  return text;
};

describe('the sweeps of several keepers', () => {
  test('are one JSON document, which has each repository with its place, and what could not be used', async () => {
    const { sweeps, repositories } = JSON.parse(await reportOf('json'));
    expect(sweeps).toMatchObject([
      {
        ...{ account: '111111111111', region: 'eu-west-1', by: 'profile 0', sweep: 'one', repositories: 3 },
        states: { hardened: 1, failed: 1, safe: 1 },
      },
      { account: '222222222222', region: 'us-east-1' },
      { account: '', by: 'profile third', failure: denied },
    ]);
    const names = results.map(({ name }) => name);
    expect(repositories.map(({ name }: { name: string }) => name)).toEqual([...names, ...names]);
    expect(repositories[3].place).toEqual({ account: '222222222222', region: 'us-east-1' });
  });

  test('are one CSV', async () => {
    const lines = (await reportOf('csv')).trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatch(/^account,region,repository,arn,keeper,/);
    expect(lines[4]).toMatch(/^222222222222,us-east-1,/);
    expect(lines[7]).toContain(`profile third,eu-west-1,`);
    expect(lines[7]).toContain(denied);
  });

  test('are one page, with what could not be read as well', async () => {
    const page = await reportOf('html');
    expect(page).toContain('<h1>3 ECR registries of 2 accounts in 2 Regions</h1>');
    expect(page).toContain('role="alert">Incomplete: 1 of 3 registries could not be read.');
    expect(page).toContain('<li>2 hardened</li>');
    // Also where they are only put together, later.
    expect(page).toContain('Swept on 2026-11-28 at 00:00 UTC');
    expect(page).toContain(
      '<li>111111111111 in eu-west-1, swept on 2026-11-28: 1 failed, 1 hardened, 1 safe</li>',
    );
    expect(page).toContain(`<li>profile third in eu-west-1: ${denied}</li>`);
    expect(page).toContain(`222222222222 in us-east-1: ${nameOf(1)}: failed.`);
    expect(page.match(/<tr><td role="rowheader"/g)).toHaveLength(4);
    expect(page).toContain('<th scope="col">Keeper</th>');
  });

  test('have only the repositories that patterns choose', async () => {
    const { sweeps, repositories } = JSON.parse(await reportOf('json', `*,!${nameOf(1)}`));
    expect(repositories).toHaveLength(4);
    expect(sweeps[0].states).toEqual({ hardened: 1, safe: 1 });
  });

  test('have nothing of a report that could not be read to its end', async () => {
    const all = await collected();
    const { write, summarise, store } = world();
    await write({ sweep: 'one', listed: [0, 1, 2], batches: [results] });
    const summary = await summarise('one', (info) => sweepReports(info, store, '1'));
    async function* broken() {
      for await (const line of store.lines(sweepKeys('one').json)) {
        yield line;
        if (line.includes(nameOf(1))) throw new Error('the connection broke');
      }
    }
    await expect(all.add(3, 'profile fourth', summary, broken())).rejects.toThrow('the connection broke');
    all.fail(3, { by: 'profile fourth', region: 'eu-west-1', failure: 'the connection broke' });
    expect(all.audit().repositories.length).toBe(4);
    expect([...all.results()]).toHaveLength(6);
    all.close();
  });

  test('are told at a terminal', async () => {
    const all = await collected();
    const text = sweepsText(all.sweeps(), 'all.html', noColours);
    all.close();
    expect(text).toBe(`Swept 6 repositories of 3 registries
  111111111111 in eu-west-1: 1 failed, 1 hardened, 1 safe (2026-11-28, one)
  222222222222 in us-east-1: 1 failed, 1 hardened, 1 safe (2026-11-28, one)
  profile third in eu-west-1: ${denied}

All: 2 failed, 2 hardened, 2 safe.
4 images in use will be removed by present lifecycle policies.
Of 4 repositories not everything could be read: images in use may be at risk there, and the report says why.

The report is in all.html.
`);
  });
});
