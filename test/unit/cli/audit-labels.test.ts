import { describe, expect, test } from '@jest/globals';
import { auditRepository } from '../../../audit/audit-repository.ts';
import { auditOf } from '../../../audit/summary.ts';
import { noColours } from '../../../cli/colours.ts';
import { auditFormats } from '../../../cli/commands/audit-options.ts';
import { auditReports } from '../../../cli/reports/audit-formats.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { auditTitle } from '../../../reports/audit-labels.ts';
import { type DescribedAudit, describeAudit } from '../../../wording/audit/describe.ts';
import { now, reading } from '../audit/support/readings.ts';

/** An audit that reports an issue of a control for which no report has a column of its own. */
function auditWithRetain(): DescribedAudit {
  const registry = { region: 'eu-central-1', registryId: '123456789012', scanType: 'BASIC' } as const;
  const one = auditRepository(reading(), {
    policy: builtInPolicy,
    quota: 1000,
    lookBackDays: 14,
    keepDays: 30,
    now,
  });
  const fact = {
    control: 'Retain',
    code: 'retention-not-set',
    verdict: 'missing',
    path: [],
    isUrgent: false,
  } as const;
  const finding = { subject: 'Retain', level: 'warning', fact } as const;
  const changed = { ...one, findings: [...one.findings, finding] };
  return describeAudit(auditOf(registry, [changed, one], { total: 2, at: now }));
}

const context = { version: '1.2.3', colours: noColours, top: 0 };

describe('a control that no report has a column for', () => {
  test('has one in the table once the audit reports an issue of it', async () => {
    const [, head = '', ...lines] = (await auditReports.table(auditWithRetain(), context)).split('\n');
    expect(head).toMatch(/ lifecycle +retain +images /);
    expect(lines[0]).toMatch(/ none +issue +0 /);
    expect(lines[1]).toMatch(/ none +ok +0 /);
  });

  test('has a column, a bar and a finding in the page', async () => {
    const html = await auditReports.html(auditWithRetain(), context);
    expect(html).toContain('<th scope="col">Retain</th>');
    expect(html).toMatch(/aria-label="Issues by type \(repositories affected\)\. .*Retain: 1/);
    expect(html).toContain('<b>Retain:</b> Retain is on.');
  });

  test.each(auditFormats)('is reported in the format %s', async (format) => {
    expect(await auditReports[format](auditWithRetain(), context)).toMatch(/retain/i);
  });
});

describe('a registry whose account is not known', () => {
  test('is called by its Region alone', () => {
    const registry = { region: 'eu-central-1', registryId: '', scanType: 'BASIC' } as const;
    const audit = describeAudit(auditOf(registry, [], { total: 0, at: now }));
    expect(auditTitle(audit, 'ECR registry')).toBe('ECR registry in eu-central-1');
  });
});
