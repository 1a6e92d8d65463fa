import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { htmlReport } from '../../../cli/reports/audit-html.ts';
import { judgeRepository } from '../../../core/audit/judge.ts';
import type { RepositoryReading } from '../../../core/audit/reading.ts';
import { auditOf } from '../../../core/audit/summary.ts';
import { builtInPolicy } from '../../../core/policy.ts';
import { findBrowser, launch } from '../../../tools/browser.ts';
import { image, now, reading } from '../audit/support/readings.ts';
import { Workplace } from './run.ts';

const registry = { region: 'eu-central-1', registryId: '123456789012', scanType: 'BASIC' } as const;
const hostile = `"><script>document.title='taken'</script><img src=x onerror="document.title='taken'">'`;

/** Repositories that differ in all that a column sorts by, one of which nobody may read. */
function page(total = 40): string {
  const readings: RepositoryReading[] = Array.from({ length: 40 }, (_, index) =>
    reading({
      name: `team/service-${String(index).padStart(2, '0')}`,
      arn: `arn:aws:ecr:eu-central-1:123456789012:repository/${index}`,
      images: Array.from({ length: index % 13 }, (_unused, age) =>
        image(age, [`build-${age}`], { size: (index + 1) * 10_000_000 }),
      ),
      stack: index % 2 === 0 ? 'stack-1' : undefined,
      ...(index % 5 === 0 ? { tagMutability: { mutability: 'IMMUTABLE', exclusions: [] } as const } : {}),
    }),
  );
  const dark = { unknown: `it is <b>not</b> allowed ${hostile}` };
  readings.push(
    reading({
      name: 'dark',
      images: dark,
      stack: dark,
      scan: dark,
      lifecyclePolicy: dark,
      repositoryPolicy: dark,
    }),
  );
  readings.push(
    reading({
      name: 'hostile',
      stack: hostile,
      images: [image(1, ['latest'])],
      pushes: { since: now, tags: new Map([['latest', { times: 9, images: 9, lastBy: hostile }]]) },
    }),
  );
  const options = { policy: builtInPolicy, quota: 100_000, now };
  const audits = readings.map((each) => judgeRepository(each, registry, options));
  return htmlReport(auditOf(registry, audits, { total: total + 2, at: now }), '1.2.3');
}

describe('the page of an audit', () => {
  test('loads nothing: it names no address but those of its own words', () => {
    const html = page();
    expect(html).not.toMatch(/\b(src|href)=["']?(https?:)?\/\//);
    expect(html).not.toMatch(/@import|url\(/);
  });

  test('says first when it is incomplete', () => {
    expect(page(100)).toContain('role="alert">Incomplete: 42 of 102 repositories were read.');
    expect(page()).not.toContain('role="alert"');
  });

  test('of 10,000 repositories stays below 15 MB', () => {
    const one = judgeRepository(reading({ images: [image(1, ['latest']), image(2)] }), registry, {
      policy: builtInPolicy,
      quota: 1,
      now,
    });
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...one, name: `team/service-${index}` }));
    expect(htmlReport(auditOf(registry, many, { total: 10_000, at: now }), '1.2.3').length).toBeLessThan(
      15_000_000,
    );
  });
});

const executable = findBrowser();
const inBrowser = executable === undefined ? describe.skip : describe;

inBrowser(
  `the page in a browser${executable === undefined ? ' (skipped: this machine has no Chromium)' : ''}`,
  () => {
    let browser: Browser;
    let view: Page;
    let place: Workplace;
    let said: string[] = [];
    let requests: string[] = [];

    beforeAll(async () => {
      browser = await launch(executable ?? '');
      place = new Workplace();
      writeFileSync(join(place.folder, 'audit.html'), page());
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      place.remove();
    });
    beforeEach(async () => {
      said = [];
      requests = [];
      view = await browser.newPage();
      view.on('console', (message) => said.push(message.text()));
      view.on('pageerror', (error) => said.push(error.message));
      view.on('request', (request) => requests.push(request.url()));
      await view.goto(pathToFileURL(join(place.folder, 'audit.html')).href);
    });
    afterEach(() => view.close());

    const styleOf = (selector: string, key: string) =>
      view.evaluate<string>(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${JSON.stringify(key)}]`,
      );
    const names = () => view.locator('tbody tr td:first-child summary').allTextContents();
    const column = async (title: string): Promise<string[]> => {
      const titles = await view.locator('thead th').allTextContents();
      return view.locator(`tbody tr td:nth-child(${titles.indexOf(title) + 1})`).allTextContents();
    };

    test('says nothing on the console and asks for nothing but itself', () => {
      expect(said).toEqual([]);
      expect(requests).toEqual([expect.stringMatching(/^file:.*audit\.html$/)]);
    });

    test('runs no script of what a registry holds', async () => {
      expect(await view.title()).toBe('ECR registry 123456789012 in eu-central-1');
      expect(await view.locator('img').count()).toBe(0);
      expect(await column('Stack')).toContain(hostile);
    });

    test('shows each chart, with the same in words', async () => {
      const charts = view.locator('figure');
      expect(await charts.count()).toBe(4);
      for (const chart of await charts.all()) {
        const box = await chart.locator('svg').boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(40);
        expect(await chart.locator('[role=img]').getAttribute('aria-label')).toMatch(/\w+: /);
      }
    });

    test('sorts by numbers as numbers, in both directions, and what is unknown comes last', async () => {
      const heading = view.locator('thead th', { hasText: 'Images' });
      await heading.click();
      const first = (await column('Images')).filter((text) => text !== 'unknown').map(Number);
      expect(await heading.getAttribute('aria-sort')).toMatch(/ascending|descending/);
      await heading.click();
      const second = (await column('Images')).filter((text) => text !== 'unknown').map(Number);
      const ascending = [...first].sort((one, other) => one - other);
      const [up, down] = first[0] === ascending[0] ? [first, second] : [second, first];
      expect(up).toEqual(ascending);
      expect(down).toEqual(ascending.toReversed());
      expect((await column('Images')).at(-1)).toBe('unknown');
      expect(Math.max(...first)).toBeGreaterThan(9);
    });

    test('sorts by the keyboard too, and keeps what belongs to a row with it', async () => {
      await view.locator('thead th', { hasText: 'Repository' }).focus();
      await view.keyboard.press('Enter');
      await view.keyboard.press('Enter');
      const sorted = await names();
      expect([sorted, sorted.toReversed()]).toContainEqual([...sorted].sort());
      const row = view.locator('tbody tr', { hasText: 'hostile' });
      await row.locator('summary').click();
      expect(await row.locator('li').allTextContents()).toContainEqual(
        expect.stringContaining('pushed 9 times'),
      );
    });

    test.each(['light', 'dark'] as const)('can be read in %s colours', async (colorScheme) => {
      await view.emulateMedia({ colorScheme });
      const colours = {
        paper: await styleOf('body', 'backgroundColor'),
        ink: await styleOf('body', 'color'),
        quiet: await styleOf('.about', 'color'),
        warn: await styleOf('td.warn', 'color'),
        bar: await styleOf('figure svg path[fill^="var(--bar"]', 'fill'),
      };
      const paper = luminance(colours.paper);
      expect(paper > 0.5).toBe(colorScheme === 'light');
      for (const [what, least] of [
        ['ink', 7],
        ['quiet', 4.5],
        ['warn', 4.5],
        ['bar', 3],
      ] as const)
        expect([what, contrast(luminance(colours[what]), paper) >= least]).toEqual([what, true]);
    });

    test('prints every repository', async () => {
      await view.emulateMedia({ media: 'print' });
      const box = await view.locator('tbody tr').last().boundingBox();
      const table = await styleOf('.scroll', 'overflowX');
      expect(box?.height ?? 0).toBeGreaterThan(0);
      expect(table).toBe('visible');
      expect((await view.pdf({ format: 'A4', landscape: true })).length).toBeGreaterThan(10_000);
    });

    test('fits a phone: only its table scrolls sideways', async () => {
      await view.setViewportSize({ width: 390, height: 844 });
      expect(await view.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    });
  },
);

/** Relative luminance of `rgb(r, g, b)` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
