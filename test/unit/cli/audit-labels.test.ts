import { describe, expect, test } from '@jest/globals';
import type { Audit } from '../../../audit/audit.ts';
import { auditOf } from '../../../audit/summary.ts';
import { coloursFor } from '../../../cli/colours.ts';
import { auditFormats } from '../../../cli/commands/audit-options.ts';
import { auditReports } from '../../../cli/reports/audit-formats.ts';
import { now, reading } from '../audit/support/readings.ts';
import { sameAudit } from './support/audits.ts';

/** An audit that reports an issue of a control for which no report has a column of its own. */
function auditWithRetain(): Audit {
  const { registry, repositories } = sameAudit(reading(), 2);
  const [first, ...rest] = repositories;
  if (first === undefined) throw new Error('the audit has no repository');
  const finding = {
    subject: 'Retain',
    level: 'warning',
    code: 'retention-not-set',
    message: 'Deleted with its stack.',
  } as const;
  const changed = { ...first, findings: [...first.findings, finding] };
  return auditOf(registry, [changed, ...rest], { total: 2, at: now });
}

const context = { version: '1.2.3', colours: coloursFor({}, {}), top: 0 };

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
    expect(html).toContain('<b>Retain:</b> Deleted with its stack.');
  });

  test.each(auditFormats)('is reported in the format %s', async (format) => {
    expect(await auditReports[format](auditWithRetain(), context)).toMatch(/retain/i);
  });
});
