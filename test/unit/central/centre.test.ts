import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { memoryObjects } from '../../../bench/memory-objects.ts';
import { updateCentre } from '../../../functions/central/centre.ts';
import { messageOf } from '../../../functions/central/message.ts';
import { readReports } from '../../../functions/central/reports.ts';
import { centralHtml } from '../../../reports/central-html.ts';
import { centralSweepOf, parseCentralSweep } from '../../../sweep/central/event.ts';
import { centralKeys } from '../../../sweep/central/keys.ts';
import {
  type CentralRegistry,
  isLate,
  limitsOf,
  receive,
  totalsOf,
  unsafeCount,
} from '../../../sweep/central/registries.ts';
import { prepareForCentre } from '../../../sweep/central/send.ts';
import { sweepKeys } from '../../../sweep/keys.ts';
import { resultStates, sweepStates } from '../../../sweep/results.ts';
import { centralMessage } from '../../../wording/sweep/central.ts';
import fc from '../../support/fast-check.ts';
import { world } from '../sweep/support/world.ts';
import { limits, now, organisation, registry } from './support.ts';

const golden = (name: string, text: string) => {
  const file = join(import.meta.dirname, '..', '..', 'golden-central', name);
  if (process.env.UPDATE_GOLDEN === '1' || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
};

/** An event as EventBridge puts it into the queue. */
const message = (envelope: object, sentAt = now) => ({
  body: JSON.stringify({
    source: 'ecr-hardening',
    'detail-type': 'ECR Keeper Sweep',
    account: '111111111111',
    region: 'eu-central-1',
    ...envelope,
  }),
  attributes: { SentTimestamp: String(sentAt) },
});
const queued = (...records: readonly object[]): SQSEvent => ({
  Records: JSON.parse(JSON.stringify(records)),
});
const detailOf = ({ account: _a, region: _r, receivedAt: _at, ...detail }: CentralRegistry) => detail;

describe('the page of an organisation', () => {
  test('is as it was', () => {
    // Style and script are those of an audit's page.
    const [, body = ''] =
      /<body>\n(.*)<script>.*<\/script>/s.exec(centralHtml(organisation, limits, now, '1.2.3')) ?? [];
    golden('index.html', body);
  });

  test('of no registry says what to do', () => {
    const page = centralHtml([], limits, now, '1.2.3');
    expect(page).toContain('No keeper has reported yet: deploy the application with CentralBusArn');
    expect(page).not.toContain('<table');
  });

  test('shows no markup of others, and loads nothing', () => {
    const page = centralHtml(organisation, limits, now, '1.2.3');
    expect(page.split('<script>')).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/\b(src|href)=["']?(https?:)?\/\//);
    expect(page).toContain("default-src 'none'");
  });
});

describe('a notification of the centre', () => {
  test('is as it was', () => {
    const told = centralMessage(organisation, 'central');
    golden('changes.txt', `${told?.subject}\n\n${told?.text}`);
  });

  test('is none where nothing has changed', () => {
    expect(centralMessage([registry('111111111111', 'eu-central-1', 1)], 'central')).toBeUndefined();
  });

  test('fits into a message of SNS, whatever the names are', () => {
    const names = Array.from({ length: 5 }, () => '𝕏'.repeat(128));
    const changes = Array.from({ length: 20 }, () => ({ value: { kind: 'gone' }, count: 9, names }) as const);
    const all = Array.from({ length: 300 }, (_, index) =>
      registry(String(100_000_000_000 + index), 'eu-central-1', 1, { changes, changed: 180 }),
    );
    const told = centralMessage(all, 'central') ?? { subject: '', text: '' };
    const { subject, body } = messageOf(told, all);
    expect(subject.length).toBeLessThanOrEqual(100);
    expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
    expect(() => JSON.parse(JSON.parse(body).sqs)).not.toThrow();
  });
});

describe('the reports in the queue', () => {
  test('are of the account and Region of the envelope, whatever their detail claims', () => {
    const forged = {
      ...detailOf(registry('222222222222', 'us-east-1', 1)),
      account: '222222222222',
      region: 'x',
    };
    const { reports } = readReports(queued(message({ detail: forged })), now);
    expect(reports).toMatchObject([{ account: '111111111111', region: 'eu-central-1', receivedAt: now }]);
  });

  test('that are none are rejected, with the account that has sent them', () => {
    const detail = detailOf(registry('111111111111', 'eu-central-1', 1));
    const { reports, rejected } = readReports(
      queued(
        message({ detail: { ...detail, states: 'many' } }),
        message({ detail, source: 'other' }),
        message({ detail: { ...detail, startedAt: now + 2 * 86_400_000 } }),
        message({ detail, account: 'root' }),
        { body: 'no JSON', attributes: {} },
        { body: '{"kind":"tick"}', attributes: {} },
      ),
      now,
    );
    expect(reports).toEqual([]);
    expect(rejected).toEqual([
      { account: '111111111111', reason: 'not a sweep' },
      { account: '111111111111', reason: 'not a sweep' },
      { account: '111111111111', reason: 'begins in the future' },
      { account: '', reason: 'not an event' },
      { account: '', reason: 'not an event' },
    ]);
  });

  test('never make the centre fail, or say what is not theirs', () => {
    const anything = fc.anything({ withObjectString: true, withNullPrototype: false });
    const almost = fc.record(
      {
        ...{ sweep: fc.oneof(fc.constant('one'), anything), action: fc.constantFrom('sweep', 'release', 1) },
        ...{ mode: fc.constantFrom('Mend', 'Report', null), startedAt: fc.oneof(fc.nat(), anything) },
        ...{
          endedAt: fc.nat(),
          repositories: fc.nat(),
          changed: fc.nat(),
          hasReport: anything,
          isWhole: anything,
        },
        states: fc.oneof(fc.dictionary(fc.constantFrom(...resultStates, '__proto__'), anything), anything),
        atRisk: fc.oneof(fc.record({ repositories: fc.nat(), images: fc.nat(), unread: fc.nat() }), anything),
        changes: fc.oneof(
          fc.array(fc.record({ value: anything, count: fc.nat(), names: anything })),
          anything,
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(anything, almost)), (details) => {
        const messages = details.map((detail) => message({ detail }));
        const { reports, rejected } = readReports(queued(...messages), now);
        expect(reports.length + rejected.length).toBe(details.length);
        for (const each of reports) {
          expect(each).toMatchObject({ account: '111111111111', region: 'eu-central-1' });
          expect(parseCentralSweep(JSON.parse(JSON.stringify(detailOf(each))))).toEqual(detailOf(each));
        }
        const { registries } = receive([], reports, limits, now);
        expect(() => centralHtml(registries, limits, now, '1')).not.toThrow();
        expect(totalsOf(registries, limits, now).registries).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the registries', () => {
  test('are as the newest report of each says, in whatever order and however often they arrive', () => {
    const report = fc.record({
      account: fc.constantFrom('111111111111', '222222222222'),
      region: fc.constantFrom('eu-central-1', 'us-east-1'),
      hours: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(report), fc.infiniteStream(fc.nat()), (given, order) => {
        const all = given.map(({ account, region, hours }) => registry(account, region, hours));
        const mixed = [...all, ...all].toSorted(() => (Number(order.next().value) % 2 === 0 ? 1 : -1));
        const once = receive([], all, limits, now).registries;
        const bit = mixed.reduce<readonly CentralRegistry[]>(
          (before, each) => receive(before, [each], limits, now).registries,
          [],
        );
        expect(bit).toEqual(once);
        expect(receive(once, all, limits, now).news).toEqual([]);
        for (const { account, region, startedAt } of once)
          expect(startedAt).toBe(
            Math.max(
              ...all
                .filter((each) => each.account === account && each.region === region)
                .map((each) => each.startedAt),
            ),
          );
      }),
    );
  });

  test('are left out after ForgetAfterDays', () => {
    const old = registry('111111111111', 'eu-central-1', 24 * 30);
    expect(receive([old], [], limits, now).registries).toEqual([]);
    expect(receive([old], [], { forgetAfterDays: 31 }, now).registries).toEqual([old]);
  });
});

describe('the registries of a large organisation', () => {
  const changes = Array.from({ length: 20 }, (_, index) => ({
    value: { kind: 'state', before: 'safe', state: 'refused', reason: '\u3042'.repeat(256) } as const,
    count: 5,
    names: Array.from({ length: 5 }, (_each, name) => `team-${index}/${name}${'x'.repeat(200)}`),
  }));
  const many = Array.from({ length: 2_100 }, (_, index) =>
    registry(String(100_000_000_000 + index), 'eu-central-1', (index % 24) / 24, {
      ...{ changes, changed: 100 },
    }),
  );

  test('have the names of what changed where they reported last, and counts everywhere', () => {
    const { registries } = receive([], many, limits, now);
    const without = registries.filter((each) => each.changes.length === 0);
    expect(without).toHaveLength(100);
    expect(new Set(registries.map(({ changed }) => changed))).toEqual(new Set([100]));
    for (const { receivedAt } of without) expect(receivedAt).toBeLessThan(now - 0.8 * 3_600_000);
    expect(receive(registries, many, limits, now).news).toEqual([]);
    const page = centralHtml(without.slice(0, 1), limits, now, '1');
    expect(page).toContain('100 changes: see the report');
  });

  test('fit into one notification, whatever they report', () => {
    const told = centralMessage(many, 'central');
    if (told === undefined) throw new Error('nobody is notified');
    const { body } = messageOf(told, many);
    expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024 - 1_000);
    const { default: text, sqs } = JSON.parse(body);
    expect(text).toContain('The rest is in the page.');
    const { registries, omitted } = JSON.parse(sqs);
    expect(registries.length + omitted).toBe(many.length);
  });

  test('count as not safe what anything is left to do about, such as what is left alone after drift', () => {
    const safe: readonly string[] = ['safe', 'hardened', 'exempt', 'deleted'];
    for (const state of sweepStates)
      expect({ state, count: unsafeCount({ [state]: 3 }) }).toEqual({
        state,
        count: safe.includes(state) ? 0 : 3,
      });
  });

  test('are late before they are left out', () => {
    const sooner = limitsOf({ lateAfterDays: 30, forgetAfterDays: 2 });
    const old = registry('111111111111', 'eu-central-1', 24 * 30 + 1);
    const { registries } = receive([old], [], sooner, now);
    expect(registries.map((each) => isLate(each, sooner, now))).toEqual([true]);
  });

  test('that began two sweeps at the same time settle on one of them, so that nobody is notified again', () => {
    const [one, other] = ['one', 'other'].map((sweep) => registry('111111111111', 'eu-west-1', 1, { sweep }));
    if (one === undefined || other === undefined) throw new Error('there are two');
    const both = receive([], [one, other], limits, now);
    expect(receive(both.registries, [one, other, one], limits, now).news).toEqual([]);
    expect(receive([], [other, one], limits, now).registries).toEqual(both.registries);
  });
});

describe('the centre', () => {
  const context = () => {
    const store = memoryObjects();
    const told: string[] = [];
    return {
      ...{ store, now, limits, bucket: 'central', version: '1', told },
      notify: async ({ subject }: { readonly subject: string }) => void told.push(subject),
    };
  };

  test('notifies of each sweep once, however often its report arrives', async () => {
    const centre = context();
    await updateCentre(organisation, centre);
    await updateCentre(organisation, centre);
    await updateCentre([], centre);
    expect(centre.told).toEqual(['ECR keepers: 17 changes, 1 first sweep or release, 3 registries']);
    expect(JSON.parse(centre.store.objects.get(centralKeys.index)?.toString() ?? '')).toMatchObject({
      version: '1',
      registries: organisation.map(({ account, region }) => ({ account, region })),
    });
  });

  test('lets no account write a line about another one', async () => {
    const forged = 'a\n\n222222222222 in eu-west-1\n  9 failed (safe before): payments/api';
    const body = JSON.stringify({
      ...detailOf(organisation[0] ?? registry('111111111111', 'eu-central-1', 1)),
      changes: [{ value: { kind: 'gone' }, count: 1, names: [forged] }],
    });
    const { reports } = readReports(queued(message({ detail: JSON.parse(body) })), now);
    const sent: string[] = [];
    await updateCentre(reports, { ...context(), notify: async (each) => void sent.push(each.body) });
    const { default: text } = JSON.parse(sent[0] ?? '{}');
    expect(text.split('\n').filter((line: string) => /^\d{12} in /.test(line))).toEqual([
      '111111111111 in eu-central-1',
    ]);
    expect(text).toContain('a\\n\\n222222222222 in eu-west-1');
  });

  test('notifies again where it could not write, and loses no report', async () => {
    const centre = context();
    centre.store.before = async (call) => {
      if (call === 'put') throw new Error('no bucket');
    };
    await expect(updateCentre(organisation, centre)).rejects.toThrow('no bucket');
    centre.store.before = async () => undefined;
    await updateCentre(organisation, centre);
    expect(centre.told).toHaveLength(2);
  });

  test.each([
    ['no JSON', '{'],
    ['not an index', '{"version":"1"}'],
    ['a registry without its account', '{"version":"1","registries":[{"receivedAt":1}]}'],
    [
      'a registry without its counts',
      '{"version":"1","registries":[{"account":"111122223333","receivedAt":1}]}',
    ],
    ['a count that is none', JSON.stringify({ registries: [{ ...organisation[0], repositories: 'many' }] })],
    ['a time that is none', JSON.stringify({ registries: [{ ...organisation[0], receivedAt: Number.NaN }] })],
  ])('forgets no registry where its index is damaged: %s', async (_damage, text) => {
    const centre = context();
    centre.store.objects.set(centralKeys.index, Buffer.from(text));
    await expect(updateCentre(organisation, centre)).rejects.toThrow(
      'index.json cannot be read: delete it, and each registry appears again with its next sweep',
    );
    expect(centre.store.objects.get(centralKeys.index)?.toString()).toBe(text);
    expect(centre.told).toEqual([]);
    centre.store.objects.delete(centralKeys.index);
    await updateCentre(organisation, centre);
    expect(centre.told).toHaveLength(1);
  });

  test('has all reports of invocations at the same time, in its index and in its page', async () => {
    const centre = context();
    // Each call waits for the others, so that they get between each other's reads and writes.
    let turn = 0;
    centre.store.before = async () => {
      turn += 1;
      for (let ticks = (turn * 7) % 5; ticks > 0; ticks -= 1) await new Promise(setImmediate);
    };
    await Promise.all(organisation.map((each) => updateCentre([each], centre)));
    const index = JSON.parse(centre.store.objects.get(centralKeys.index)?.toString() ?? '');
    expect(index.registries).toHaveLength(organisation.length);
    const page = centre.store.objects.get(centralKeys.page)?.toString() ?? '';
    for (const { account } of organisation) expect(page).toContain(account);
  });

  test('measures all registries, and each that has reported if that is wanted', async () => {
    const { metrics } = await updateCentre(organisation, context());
    const [sums, ...each] = metrics(true, 3);
    expect(sums).toMatchObject({
      ...{ Registries: 4, RegistriesLate: 1, Repositories: 1_621, RepositoriesNotSafe: 40 },
      ...{ RepositoriesFailed: 2, ImagesAtRisk: 17, EventsRejected: 3 },
    });
    expect(each).toHaveLength(4);
    expect(each[2]).toMatchObject({ Account: '222222222222', Region: 'eu-central-1', RepositoriesFailed: 2 });
    expect(metrics(false, 0)).toHaveLength(1);
  });

  test('does not measure that no image is at risk where that was not read, or not looked at', async () => {
    const { metrics } = await updateCentre(organisation, context());
    const [, ...each] = metrics(true, 0);
    const risks = each.map((values) => ('ImagesAtRisk' in values ? values.ImagesAtRisk : undefined));
    expect(risks).toEqual([0, undefined, 17, undefined]);
    const unread = organisation.slice(0, 2);
    const [sums] = (await updateCentre(unread, context())).metrics(false, 0);
    expect(sums).not.toHaveProperty('ImagesAtRisk');
  });
});

describe('a keeper that reports to the centre', () => {
  test('copies its reports below its own account and Region, and says what its sweep came to', async () => {
    const { write, summarise, store } = world();
    await write({ sweep: 'one', listed: [0], batches: [] });
    const summary = await summarise('one');
    const keys = sweepKeys('one');
    for (const [index, key] of [keys.html, keys.json, keys.csv].entries())
      store.objects.set(key, Buffer.from(`\uFEFFline ${index}\r\n\n\nlast`));
    const central = memoryObjects();
    const sent = await prepareForCentre('one', store, central);
    const { registryId, region } = summary.info.registry;
    const folder = `accounts/${registryId}/${region}/sweeps/one`;
    expect([...central.objects].map(([key, text]) => [key, text.toString()])).toEqual([
      [`${folder}/report.html`, '\uFEFFline 0\r\n\n\nlast'],
      [`${folder}/report.json`, '\uFEFFline 1\r\n\n\nlast'],
      [`${folder}/report.csv`, '\uFEFFline 2\r\n\n\nlast'],
    ]);
    expect(sent).toEqual(centralSweepOf(summary, true));
    expect(parseCentralSweep(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
    expect(await prepareForCentre('one', store, undefined)).toMatchObject({ hasReport: false });
    // A page whose script has another sum would not run it: CSP.
    const page = Buffer.from(centralHtml(organisation, limits, now, '1'.repeat(100_000)));
    expect(page.toString()).toContain('\n\n');
    store.objects.set(keys.html, page);
    await prepareForCentre('one', store, central);
    expect(central.objects.get(`${folder}/report.html`)?.equals(page)).toBe(true);
    store.objects.delete(keys.csv);
    await expect(prepareForCentre('one', store, central)).rejects.toThrow('report.csv is missing');
    await expect(prepareForCentre('two', store, undefined)).rejects.toThrow('the sweep two has no summary');
  });
});
