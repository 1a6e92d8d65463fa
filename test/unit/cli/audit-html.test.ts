import { describe, expect, test } from '@jest/globals';
import { htmlReport } from '../../../reports/audit-html.ts';
import { isWhole } from '../../support/share.ts';
import { image, reading } from '../audit/support/readings.ts';
import { denied, page, repositories, restless } from './support/audit-page.ts';
import { fleetAudit, sameAudit } from './support/audits.ts';

describe('the page of an audit', () => {
  test('loads nothing: it names no address but those of its own words', () => {
    const html = page();
    expect(html).not.toMatch(/\b(src|href)=["']?(https?:)?\/\//);
    expect(html).not.toMatch(/@import|url\(/);
  });

  test('allows itself no style and no script but its own', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page()) ?? [];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; /);
    expect(policy).not.toContain('unsafe');
    expect(page()).not.toMatch(/ style="/);
  });

  test('says first when it is incomplete', () => {
    const html = page(58);
    const sentence = `Incomplete: ${repositories} of ${repositories + 58} repositories were read.`;
    expect(html.split(sentence)).toHaveLength(2);
    expect(html).toContain(`role="alert">${sentence}`);
    expect(page()).not.toContain('role="alert"');
  });

  test('of a registry without repositories has neither charts nor a table', () => {
    const html = htmlReport(fleetAudit({ repositories: 0 }), '1.2.3');
    expect(html).toContain('The registry has no repositories.');
    expect(html).not.toMatch(/<figure|<table|<h2/);
  });

  test('says what a lifecycle policy archives', () => {
    const lifecyclePolicy = JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
          action: { type: 'transition', targetStorageClass: 'archive' },
        },
      ],
    });
    const images = [image(1, ['2']), image(200, ['1'])];
    expect(htmlReport(sameAudit(reading({ images, lifecyclePolicy }), 1), '1.2.3')).toContain(
      '<b>Its lifecycle policy</b> would archive 1 image now, none of them pulled within 90 days.',
    );
  });

  test('has a chart of costs only where a repository costs a cent a month', () => {
    const chartOf = (size: number) => {
      const audit = sameAudit(reading({ images: [image(1, ['1'], { size })] }), 3);
      return /<figcaption>Cost of storage[^<]*<\/figcaption><div role="img" aria-label="([^"]*)"/.exec(
        htmlReport(audit, '1.2.3'),
      )?.[1];
    };
    expect(chartOf(900)).toBeUndefined();
    expect(chartOf(300_000_000)).toContain(': $0.028 a month');
  });

  // What a page has but once counts more in the share.
  const many = isWhole ? 10_000 : 2_000;

  test.each([
    ['of a common fleet', () => fleetAudit({ repositories: many, maxImages: 8 })],
    ['of which nothing may be read', () => sameAudit(denied, many)],
    ['that move hundreds of tags', () => sameAudit(restless, many)],
  ])('of many repositories %s has less than 1,500 bytes for each: 15 MB for 10,000', (_, audit) => {
    expect(Buffer.byteLength(htmlReport(audit(), '1.2.3')) / many).toBeLessThan(1_500);
  });
});
