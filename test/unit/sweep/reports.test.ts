import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { messageOf } from '../../../functions/keeper/message.ts';
import { metricsOf } from '../../../functions/keeper/metrics.ts';
import { maxRowsOfPage, sweepReports } from '../../../reports/sweep-reports.ts';
import { sweepKeys } from '../../../sweep/keys.ts';
import type { RepositoryResult } from '../../../sweep/results.ts';
import type { SweepInfo } from '../../../sweep/sweep-info.ts';
import { sweepMessage } from '../../../wording/sweep/notification.ts';
import { now, reading } from '../audit/support/readings.ts';
import { arnOf, nameOf, resultOf, world } from './support/world.ts';

const auditOptions = { policy: builtInPolicy, quota: 100_000, lookBackDays: 14, keepDays: 14, now };
const audited = (index: number) =>
  auditRepository(reading({ name: nameOf(index), arn: arnOf(index) }), auditOptions);
const mutable = { mutability: 'MUTABLE', exclusions: [] } as const;
const immutable = { mutability: 'IMMUTABLE', exclusions: [] } as const;

const results: readonly RepositoryResult[] = [
  resultOf(0, 'hardened', {
    audit: audited(0),
    changes: [
      { setting: 'tagMutability', before: mutable, after: immutable },
      { setting: 'scanOnPush', before: false, after: true },
    ],
    atRisk: {
      images: 3,
      isComplete: false,
      first: [
        {
          digest: `sha256:${'0'.repeat(64)}`,
          tags: ['=HYPERLINK("x")', '<b>'],
          action: 'expire',
          withinDays: 1,
          users: [{ source: 'ecs', arn: 'arn:aws:ecs:eu-west-1:111122223333:service/main/api' }],
          moreUsers: 2,
        },
      ],
    },
  }),
  resultOf(1, 'failed', {
    reason: { code: 'failed', error: 'AccessDeniedException', operation: 'PutImageTagMutability' },
  }),
  resultOf(2, 'left-to-stack', { audit: audited(2), stack: 'checkout' }),
  resultOf(3, 'exempt', {
    audit: audited(3),
    exemption: {
      ...{
        controls: ['TagImmutability'],
        until: '2026-12-01',
        reason: 'vendor',
        state: 'in force',
        endsSoon: true,
      },
    },
  }),
  resultOf(4, 'safe', {
    audit: audited(4),
    notes: [{ code: 'stays-mutable', origin: { kind: 'replica', region: 'us-east-1' } }],
  }),
  resultOf(5, 'deleted'),
];

describe('the reports of a sweep', () => {
  const sweepAll = async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'one', listed: results.map(({ index }) => index), batches: [results] });
    const summary = await summarise('one', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    const text = (key: string) => store.objects.get(key)?.toString() ?? '';
    return { summary, store, text };
  };

  test('have every repository, whatever became of it', async () => {
    const { text } = await sweepAll();
    const keys = sweepKeys('one');
    const json = JSON.parse(text(keys.json));
    expect(json.repositories.map(({ name }: { name: string }) => name)).toEqual(
      results.map(({ name }) => name),
    );
    expect(json.repositories[1].reason).toContain('PutImageTagMutability failed with AccessDeniedException');
    expect(json.summary.states).toEqual({
      hardened: 1,
      failed: 1,
      'left-to-stack': 1,
      exempt: 1,
      safe: 1,
      deleted: 1,
    });
    const lines = text(keys.csv).trim().split('\n');
    expect(lines).toHaveLength(1 + results.length);
    expect(lines[0]).toMatch(/^repository,arn,keeper,changes,.*findings$/);
    const page = text(keys.html);
    for (const { name } of results) expect(page.replaceAll('<wbr>', '')).toContain(name);
    expect(page).toContain('Swept on 2026-11-28');
    // Tags are others' texts.
    expect(page).not.toContain('<b>)');
  });

  test('say of what a stack has that it would be changed, and only of what was changed that it was', async () => {
    const { write, summarise, store } = world();
    const changes = [{ setting: 'scanOnPush', before: false, after: true }] as const;
    const lines = async (state: 'left-to-stack' | 'hardened') => {
      await write({
        sweep: state,
        listed: [0],
        batches: [[resultOf(0, state, { changes, audit: audited(0) })]],
      });
      await summarise(state, (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
      return store.objects.get(sweepKeys(state).html)?.toString() ?? '';
    };
    expect(await lines('left-to-stack')).toContain('Would change:');
    const hardened = await lines('hardened');
    expect(hardened).toContain('Changed:');
    expect(hardened).not.toContain('Would change:');
  });

  test('are a JSON object and a table also of a registry without repositories', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'none', listed: [], batches: [] });
    await summarise('none', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    const { json, csv, html } = sweepKeys('none');
    expect(JSON.parse(store.objects.get(json)?.toString() ?? '').repositories).toEqual([]);
    expect(store.objects.get(csv)?.toString().split('\n')).toHaveLength(2);
    expect(store.objects.get(html)?.toString()).toContain('The registry has no repositories.');
  });

  test('say which repositories are meant, also where there is none of them', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'none', scope: 'teams/*', listed: [], batches: [] });
    await summarise('none', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    expect(store.objects.get(sweepKeys('none').html)?.toString()).toContain(
      'The registry has no repositories that match teams/*.',
    );
    await write({
      sweep: 'one',
      scope: 'team/*',
      listed: [0],
      batches: [[resultOf(0, 'safe', { audit: audited(0) })]],
    });
    await summarise('one', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    expect(store.objects.get(sweepKeys('one').html)?.toString()).toContain(
      'Only repositories that match team/* were read.',
    );
  });

  test('count every repository, and show the most severe of very many', async () => {
    const { write, summarise, store } = world();
    const audit = audited(0);
    const all = Array.from({ length: maxRowsOfPage + 100 }, (_, index) =>
      resultOf(index, 'would-harden', { audit }),
    );
    await write({ sweep: 'many', listed: all.map(({ index }) => index), batches: [all] });
    await summarise('many', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    const page = store.objects.get(sweepKeys('many').html)?.toString() ?? '';
    expect(page).toContain('0 of 5,100 repositories are safe');
    expect(page).toContain('The 5,000 most severe of 5,100');
    expect(page.match(/role="rowheader"/g)).toHaveLength(maxRowsOfPage);
  });

  test('count every repository that could not be read, also of very many', async () => {
    const { write, summarise, store } = world();
    const [, failed] = results;
    if (failed === undefined) throw new Error('no result');
    const all = Array.from({ length: maxRowsOfPage + 1_000 }, (_, index) => ({
      ...failed,
      ...{ index, name: nameOf(index), arn: arnOf(index) },
    }));
    await write({ sweep: 'many', listed: all.map(({ index }) => index), batches: [all] });
    await summarise('many', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    const page = store.objects.get(sweepKeys('many').html)?.toString() ?? '';
    expect(page).toContain('And 5,800 more: the reports in CSV and JSON have all.');
  });

  test('come with metrics, each in the line that names it', async () => {
    const { summary } = await sweepAll();
    const line = JSON.parse(JSON.stringify(metricsOf(summary)));
    const [{ Metrics: metrics }] = line._aws.CloudWatchMetrics;
    for (const { Name: name } of metrics) expect(line).toHaveProperty(name, expect.any(Number));
    expect(line).toMatchObject({ Sweeps: 1, RepositoriesFailed: 1, ImagesAtRisk: 3, StateLeftToStack: 1 });
  });
});

describe('the metrics of a sweep', () => {
  const namesOf = async (action: 'sweep' | 'release', only: readonly RepositoryResult[]) => {
    const { write, summarise } = world();
    await write({ sweep: 'one', action, listed: only.map(({ index }) => index), batches: [only] });
    return Object.keys(metricsOf(await summarise('one')));
  };
  const risk = ['ImagesAtRisk', 'RepositoriesAtRisk'];

  test('of a release say nothing of images at risk, and are not those of a sweep', async () => {
    const names = await namesOf('release', [resultOf(0, 'released')]);
    for (const name of [...risk, 'Sweeps', 'SweepEndedAt', 'StateSafe']) expect(names).not.toContain(name);
    expect(names).toEqual(expect.arrayContaining(['StateReleased', 'RepositoriesFailed', 'StateFailed']));
  });

  test('do not say that nothing is at risk where repositories were not read', async () => {
    const failed = await namesOf('sweep', [resultOf(0, 'safe'), resultOf(1, 'failed')]);
    for (const name of risk) expect(failed).not.toContain(name);
    expect(failed).toContain('Sweeps');
    expect(await namesOf('sweep', [resultOf(0, 'safe')])).toEqual(expect.arrayContaining(risk));
  });

  const denied = { unknown: { code: 'denied', action: 'ecr:DescribeImages' } } as const;
  const usersUnread = { images: 0, first: [], isComplete: false };

  test('do not say that nothing is at risk where images or their users were not read', async () => {
    for (const atRisk of [denied, usersUnread])
      for (const name of risk)
        expect(await namesOf('sweep', [resultOf(0, 'safe', { atRisk })])).not.toContain(name);
  });

  test('and the reports say of how many repositories that is so', async () => {
    const { write, summarise, store } = world();
    const all = [
      resultOf(0, 'safe', { audit: audited(0), atRisk: denied }),
      resultOf(1, 'safe', { audit: audited(1), atRisk: usersUnread }),
      resultOf(2, 'safe', { audit: audited(2) }),
    ];
    await write({ sweep: 'one', listed: all.map(({ index }) => index), batches: [all] });
    const summary = await summarise('one', (info: SweepInfo) => sweepReports(info, store, '0.3.0'));
    const sentence =
      'Of 2 repositories not everything could be read: images in use may be at risk there, and the report says why';
    const { html, csv } = sweepKeys('one');
    expect(store.objects.get(html)?.toString()).toContain(sentence);
    expect(sweepMessage(summary, { bucket: 'keeper-bucket', page: html })?.text).toContain(`  ${sentence}\n`);
    const column = [...(store.objects.get(csv)?.toString() ?? '').matchAll(/,safe,,,,(\w+),/g)];
    expect(column.map(([, cell]) => cell)).toEqual(['unknown', 'unknown', '0']);
  });
});

describe('the notification of a sweep', () => {
  const folder = join(__dirname, '../../golden-sweeps');
  const golden = (name: string, text: string) => {
    const file = join(folder, `${name}.txt`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(text);
  };
  const place = { bucket: 'keeper-bucket', page: sweepKeys('two').html };
  const later = '2026-11-29T00:00:00Z';
  const run = async (second: readonly RepositoryResult[], action: 'sweep' | 'release' = 'sweep') => {
    const { write, summarise, sent } = world();
    await write({ sweep: 'one', listed: results.map(({ index }) => index), batches: [results] });
    await summarise('one');
    await write({
      sweep: 'two',
      startedAt: later,
      action,
      listed: second.map(({ index }) => index),
      batches: [second],
    });
    await summarise('two');
    return sent;
  };
  const written = (summary: Parameters<typeof sweepMessage>[0]) => {
    const message = sweepMessage(summary, place);
    if (message === undefined) return 'nothing is sent\n';
    const { subject, body, attributes } = messageOf(message, summary, place, 'Chat');
    const forms = JSON.parse(body);
    // Where programs of HTTPS get JSON, it is that of queues.
    expect(JSON.parse(messageOf(message, summary, place, 'Json').body)).toEqual({
      ...forms,
      ...{ http: forms.sqs, https: forms.sqs },
    });
    return `Subject: ${subject}\nAttributes: ${JSON.stringify(attributes)}\n\n${forms.default}\n--- queues and functions\n${JSON.stringify({ ...JSON.parse(forms.sqs), text: '(as above)' }, null, 2)}\n`;
  };

  test('of the first sweep is about all of it', async () => {
    const [first] = await run(results);
    expect.assertions(3);
    if (first !== undefined) golden('first', written(first));
    expect(first?.previous).toBeUndefined();
  });

  test('of the first sweep does not call refused or failed what is left alone after drift', async () => {
    const left = { code: 'left-after-drift', at: 1, by: 'terraform', times: 3 } as const;
    const { write, summarise } = world();
    const one = resultOf(0, 'left-after-drift', { reason: left });
    await write({ sweep: 'one', listed: [0], batches: [[one]] });
    const message = sweepMessage(await summarise('one'), place);
    expect(message?.text).not.toContain('Refused or failed');
    expect(message?.text).toContain(
      `Left alone after drift, until you run ecr-hardening claims --resume NAME\n  ${nameOf(0)}\n`,
    );
  });

  test('of a later one says once that a repository is left alone after drift', async () => {
    const left = { code: 'left-after-drift', at: 1, by: 'terraform', times: 3 } as const;
    const [, second] = await run([resultOf(4, 'left-after-drift', { reason: left })]);
    const text = second === undefined ? '' : sweepMessage(second, place)?.text;
    expect(text).toContain(`1 left alone after drift (safe before): ${nameOf(4)}\n`);
  });

  test('of a later one is about what has changed', async () => {
    const [hardened, failed, ...rest] = results;
    if (hardened === undefined || failed === undefined) throw new Error('there are results');
    const [, second] = await run([
      { ...hardened, state: 'safe', changes: [], atRisk: { images: 4, isComplete: true, first: [] } },
      { ...failed, state: 'hardened' },
      ...rest.filter(({ state }) => state === 'left-to-stack'),
      resultOf(3, 'exempt', {
        exemption: {
          ...{
            controls: ['TagImmutability'],
            until: '2026-11-28',
            reason: 'vendor',
            state: 'ended',
            endsSoon: false,
          },
        },
      }),
      resultOf(6, 'refused', { reason: { code: 'lifecycle-withheld', imagesInUse: 2 } }),
    ]);
    if (second === undefined) throw new Error('it is sent');
    golden('changes', written(second));
  });

  test('fits into a message of SNS, however long the names of repositories and stacks are', async () => {
    const long = (index: number) => `${'n'.repeat(250)}${index}`;
    const many = Array.from({ length: 800 }, (_, index) =>
      resultOf(index, index % 2 === 0 ? 'left-to-stack' : 'failed', {
        ...(index % 2 === 0 ? { stack: `${'s'.repeat(120)}${index % 40}` } : {}),
        ...(index % 2 === 0 ? {} : { reason: { code: 'failed', error: `E${index % 30}` } }),
        name: long(index),
      }),
    );
    const [, second] = await run(many);
    const message = second && sweepMessage(second, place);
    if (second === undefined || message === undefined) throw new Error('it is sent');
    const { body } = messageOf(message, second, place, 'Chat');
    expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
    const forms = JSON.parse(body);
    const { changes, stacks, text } = JSON.parse(forms.sqs);
    // Nothing is left out of the counts, and the place of the report is there.
    const total = changes.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect(total).toBe(second.changes.reduce((sum, { count }) => sum + count, 0));
    expect(stacks).toHaveLength(20);
    expect(text).toContain(`s3://${place.bucket}/${place.page}`);
  });

  test('is not sent if nothing has changed', async () => {
    const [first = resultOf(0, 'safe'), ...rest] = results;
    const [, second] = await run([{ ...first, state: 'safe' }, ...rest]);
    expect(second && sweepMessage(second, place)).toBeUndefined();
  });

  test('of a release that failed in part does not say that all is released', async () => {
    const [, second] = await run(
      [resultOf(0, 'kept'), resultOf(1, 'failed', { reason: { code: 'not-reached' } })],
      'release',
    );
    const message = second && sweepMessage(second, place);
    expect(message?.subject).toMatch(/^Keeper: 1 repository released, 1 failed, /);
    expect(message?.text).toMatch(/^The keeper has released its claims on 1 repository of /);
  });

  test('of a release is about all of it', async () => {
    const [, second] = await run([resultOf(0, 'released'), resultOf(1, 'already-released')], 'release');
    if (second === undefined) throw new Error('it is sent');
    golden('release', written(second));
  });
});
