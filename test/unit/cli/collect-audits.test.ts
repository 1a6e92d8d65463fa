import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { auditOf } from '../../../audit/summary.ts';
import { collectAudits } from '../../../cli/collect-audits.ts';
import { noColours } from '../../../cli/colours.ts';
import { auditFormats } from '../../../cli/commands/audit-options.ts';
import { auditReports } from '../../../cli/reports/audit-formats.ts';
import { startSpill } from '../../../cli/spill.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { describeAudit } from '../../../wording/audit/describe.ts';
import fc from '../../support/fast-check.ts';
import { image, now, reading } from '../audit/support/readings.ts';
import { fleetAudits, hostile, registry } from './support/audits.ts';

const context = { version: '1', colours: noColours, top: 5 };

/** Repositories in another order than that of their severity. */
const audits = fleetAudits({ repositories: 130, maxImages: 40 }).map((audit, index) =>
  // Some have the same cost, and a name that what is shown must escape.
  index % 10 === 0 ? { ...audit, name: `same-${hostile}-${index}\u202e`, findings: [] } : audit,
);

describe('an audit whose repositories are not in memory', () => {
  test.each(auditFormats)('has the same report as one whose are: %s', async (format) => {
    const whole = describeAudit(auditOf(registry, audits, { total: 131, at: now }));
    const expected = await auditReports[format](whole, context);
    for (const [order, maxCharacters] of [
      [audits, 0],
      [audits.toReversed(), 1_000_000_000],
    ] as const) {
      const collected = collectAudits('error', { maxCharacters });
      for (const audit of order) collected.add(audit, registry);
      const report = await auditReports[format](collected.audit(registry, { total: 131, at: now }), context);
      expect(report).toBe(expected);
      collected.close();
    }
  });

  test('of none is one too', async () => {
    const whole = describeAudit(auditOf(registry, [], { total: 0, at: now }));
    for (const format of auditFormats) {
      const collected = collectAudits('error').audit(registry, { total: 0, at: now });
      expect(await auditReports[format](collected, context)).toBe(await auditReports[format](whole, context));
    }
    expect(JSON.parse(await auditReports.json(whole, context))).toMatchObject({ repositories: [] });
  });

  test.each(['error', 'warning', 'never'] as const)('knows whether it fails: %s', (failOn) => {
    for (const audit of audits) {
      const collected = collectAudits(failOn);
      collected.add(audit, registry);
      const levels = audit.findings.map(({ level }) => level);
      const isFailing = { error: ['error'], warning: ['error', 'warning'], never: [] }[failOn];
      expect(collected.isFailing()).toBe(levels.some((level) => isFailing.some((each) => each === level)));
    }
  });
});

test('repositories of the same name in several registries are told apart also outside of the table', async () => {
  const collected = collectAudits('never', { isSeveral: true });
  const registries = ['111111111111', '222222222222'].map((registryId) => ({ ...registry, registryId }));
  const policy = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'ecr:*' } });
  const options = { policy: builtInPolicy, quota: 10, lookBackDays: 14, keepDays: 30, now };
  const audit = auditRepository(reading({ repositoryPolicy: policy, images: [image(1, ['1'])] }), options);
  for (const [index, each] of registries.entries()) collected.add(audit, each, index);
  const outcomes = registries.map(({ registryId: account, region }) => ({
    reading: registry,
    total: 1,
    about: { account, region, by: 'a profile' },
  }));
  const report = collected.several(outcomes, { at: now });
  const table = await auditReports.table(report, context);
  const page = await auditReports.html(report, context);
  for (const { registryId, region } of registries) {
    expect(table).toContain(`  ${registryId} ${region} orders  Its repository policy`);
    expect(page).toContain(`${registryId} ${region} orders: 1 (10 %)`);
  }
  collected.close();
});

test('texts come back as they were, in any order, whatever part of them is in a file, which is not left behind', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spill-'));
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    const property = fc.property(
      fc.array(fc.string({ unit: 'grapheme' })),
      fc.nat(30),
      fc.array(fc.nat(20)),
      (texts, maxCharacters, order) => {
        const spill = startSpill(maxCharacters);
        const numbers = texts.map((text) => spill.add(text));
        for (const each of order) {
          const number = numbers[each];
          if (number !== undefined) expect(spill.read(number)).toBe(texts[each]);
        }
        spill.close();
      },
    );
    fc.assert(property);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(folder, { recursive: true });
  }
});
