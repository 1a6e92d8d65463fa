import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { htmlReport } from '../../../reports/audit-html.ts';
import { centralHtml } from '../../../reports/central-html.ts';
import { findBrowser, launch } from '../../../tools/browser.ts';
import { unreadClause } from '../../../wording/audit/unread.ts';
import { reading } from '../audit/support/readings.ts';
import { limits, now, organisation } from '../central/support.ts';
import { Workplace } from './run.ts';
import { dark, page, repositories, sweptPage } from './support/audit-page.ts';
import { hostile, sameAudit } from './support/audits.ts';

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
      writeFileSync(join(place.folder, 'swept.html'), sweptPage());
      writeFileSync(join(place.folder, 'central.html'), centralHtml(organisation, limits, now, '1.2.3'));
      writeFileSync(join(place.folder, 'long.html'), htmlReport(sameAudit(reading(), 600), '1.2.3'));
    });
    afterAll(async () => {
      await browser.close();
      place.remove();
    });
    const open = (file: string) => view.goto(pathToFileURL(join(place.folder, file)).href);
    beforeEach(async () => {
      said = [];
      requests = [];
      view = await browser.newPage();
      view.on('console', (message) => said.push(message.text()));
      view.on('pageerror', (error) => said.push(error.message));
      view.on('request', (request) => requests.push(request.url()));
      await open('audit.html');
    });
    afterEach(async () => {
      await view.close();
      // Whatever was done with it, nothing was complained of, refused by its policy, or asked for.
      expect(said).toEqual([]);
      expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([]);
    });

    const styleOf = (selector: string, key: string) =>
      view.evaluate<string>(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${JSON.stringify(key)}]`,
      );
    const heading = (title: string) => view.locator('thead th', { hasText: title });
    const column = (title: string, part: 'textContent' | 'dataset.sort' = 'textContent') =>
      view.evaluate<string[]>(`(() => {
        const titles = [...document.querySelectorAll('thead th')].map((head) => head.textContent);
        const rows = [...document.querySelectorAll('tbody tr:not(.more)')];
        return rows.map((row) => row.cells[titles.indexOf(${JSON.stringify(title)})].${part});
      })()`);
    const names = () => view.locator('tbody summary').allTextContents();
    /** Sorts, and waits until it is done. */
    const sortBy = async (title: string, by: 'click' | 'Enter' = 'click') => {
      await view.evaluate(
        `void (window.sorted = new Promise((done) => document.addEventListener('sort-end', () => done(true), { once: true })))`,
      );
      if (by === 'click') await heading(title).click();
      else await heading(title).press(by);
      await view.evaluate('window.sorted');
      return heading(title).getAttribute('aria-sort');
    };

    test('asks for nothing but itself', () => {
      expect(requests).toEqual([expect.stringMatching(/^file:.*audit\.html$/)]);
    });

    test('runs no script of what a registry holds, and shows it as it is', async () => {
      expect(await view.title()).toBe('ECR registry 123456789012 in eu-central-1');
      expect(await view.locator('img, body script').count()).toBe(1);
      expect(await column('Stack')).toContain(hostile);
      expect(await view.locator('td[title*=onerror]').first().getAttribute('title')).toBe(
        unreadClause(dark.unknown),
      );
      const rows = view.locator('tbody tr', { hasText: hostile });
      expect(await rows.locator('li').allTextContents()).toContainEqual(
        expect.stringContaining(`last by ${hostile}`),
      );
    });

    test('shows each chart, with the same in words', async () => {
      const charts = view.locator('figure');
      expect(await charts.count()).toBe(4);
      for (const chart of await charts.all()) {
        const drawings = chart.locator('svg').filter({ visible: true });
        expect(await drawings.count()).toBe(1);
        const box = await drawings.boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(40);
        expect(await chart.locator('[role=img]').getAttribute('aria-label')).toMatch(/\w+: /);
      }
      expect(await charts.last().locator('.key').textContent()).toContain('quota of 1,000 images');
    });

    test.each(['Images', '$/month', 'Size', 'Would expire'])(
      'sorts by %s as numbers, in both directions, and what is unknown comes last',
      async (title) => {
        for (const direction of ['ascending', 'descending']) {
          expect(await sortBy(title)).toBe(direction);
          const all = await column(title);
          expect(all.slice(-3).every((text) => text.startsWith('unknown'))).toBe(true);
          expect(all.slice(0, -3).some((text) => text.startsWith('unknown'))).toBe(false);
          const by = await column(title, 'dataset.sort');
          // What a cell sorts by is its text where it says nothing else.
          const known = by.slice(0, -3).map((value, index) => Number(value ?? all[index]));
          const sorted = known.toSorted((one, other) =>
            direction === 'ascending' ? one - other : other - one,
          );
          expect(known).toHaveLength(repositories - 3);
          expect(known).toEqual(sorted);
        }
      },
    );

    test('sorts by name as text, by the keyboard, also where names are numbers', async () => {
      for (const direction of ['ascending', 'descending'] as const) {
        expect(await sortBy('Repository', 'Enter')).toBe(direction);
        const sorted = (await names()).toSorted((one, other) => one.localeCompare(other));
        expect(await names()).toEqual(direction === 'ascending' ? sorted : sorted.toReversed());
      }
    });

    test('sorts by the day of the quota: the soonest, those not projected, the unknown', async () => {
      await sortBy('Quota reached');
      const kinds = (await column('Quota reached')).map((text) => text.replace(/\d.*/, ''));
      expect([...new Set(kinds)]).toEqual(['', 'not projected', 'unknown']);
      const days = (await column('Quota reached')).filter((text) => /^\d/.test(text));
      expect(days.length).toBeGreaterThan(10);
      expect(days).toEqual(days.toSorted());
    });

    test('keeps what a repository has opened below it, however the table is sorted', async () => {
      const row = view.locator('tbody tr:not(.more)', { hasText: 'hostile' });
      await row.locator('summary').click();
      const more = view.locator('tbody tr:not(.more):has(summary:text-is("hostile")) + tr.more');
      await more.waitFor();
      for (const title of ['Repository', 'Size', 'Size']) {
        await sortBy(title);
        expect(await view.locator('tr.more').count()).toBe(1);
        expect(await more.textContent()).toContain('moves: pushed 9 times');
      }
      await row.locator('summary').click();
      await view.locator('tr.more').waitFor({ state: 'detached' });
      expect(await row.locator('li').count()).toBeGreaterThan(2);
    });

    test('finds a repository by what is said of it', async () => {
      await view.getByLabel('Find').fill('PUSHED 9 TIMES');
      expect(await view.locator('tbody tr').filter({ visible: true }).count()).toBe(1);
      expect(await view.locator('output').textContent()).toBe(`1 of ${repositories} found`);
      await view.getByLabel('Find').fill('');
      expect(await view.locator('tbody tr').filter({ visible: true }).count()).toBe(repositories);
    });

    test('says of each unknown cell why, in a list that its number leads to', async () => {
      for (const cell of await view.locator('td.unknown').all()) {
        const target = await cell.locator('a').getAttribute('href');
        const reason = (await cell.getAttribute('title')) ?? '';
        expect(reason).not.toBe('');
        expect((await view.locator(`ol ${target}`).textContent())?.startsWith(reason)).toBe(true);
      }
      expect(await view.locator('td.unknown').count()).toBeGreaterThan(8);
    });

    test('is a table with a caption, column headings and row headings', async () => {
      expect(await view.getByRole('columnheader').count()).toBe(13);
      expect(await view.getByRole('rowheader').count()).toBe(repositories);
      expect(await view.locator('caption').textContent()).toContain(`${repositories} repositories`);
    });

    test.each(['light', 'dark'] as const)('can be read in %s colours', async (colorScheme) => {
      await view.emulateMedia({ colorScheme });
      const paper = luminance(await styleOf('body', 'backgroundColor'));
      expect(paper > 0.5).toBe(colorScheme === 'light');
      for (const [selector, key, least] of [
        ['body', 'color', 7],
        ['.about', 'color', 4.5],
        ['.good', 'color', 4.5],
        ['.warn', 'color', 4.5],
        ['.bad', 'color', 4.5],
        ['td.unknown', 'color', 4.5],
        ['td.unknown a', 'color', 4.5],
        ['figure text', 'fill', 4.5],
        ['figure path[fill^="var(--bar"]', 'fill', 3],
        ['input', 'borderTopColor', 3],
      ] as const)
        expect([selector, contrast(luminance(await styleOf(selector, key)), paper) >= least]).toEqual([
          selector,
          true,
        ]);
    });

    test('lays out the first 500 rows, all when asked, and prints all', async () => {
      await open('long.html');
      const shown = () => view.locator('tbody tr').filter({ visible: true }).count();
      expect(await shown()).toBe(500);
      await view.getByLabel('Show all 600').check();
      expect(await shown()).toBe(600);
      await view.getByLabel('Show all 600').uncheck();
      await view.getByLabel('Find').fill('team/');
      expect(await shown()).toBe(500);
      await view.emulateMedia({ media: 'print' });
      expect(await shown()).toBe(600);
    });

    test('prints every repository, none cut off', async () => {
      await view.emulateMedia({ media: 'print' });
      // A4 on its side, less the margins.
      await view.setViewportSize({ width: 1047, height: 700 });
      expect(await view.locator('tbody tr').filter({ visible: true }).count()).toBe(repositories);
      expect(await styleOf('.scroll', 'overflowX')).toBe('visible');
      expect(await view.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1047);
      const pdf = await view.pdf({ preferCSSPageSize: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2);
    });

    test('prints every column of the page of an organisation', async () => {
      await open('central.html');
      await view.emulateMedia({ media: 'print' });
      await view.setViewportSize({ width: 1047, height: 700 });
      expect(await styleOf('.scroll', 'overflowX')).toBe('visible');
      expect(await view.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1047);
    });

    test.each(['audit.html', 'swept.html', 'central.html'])(
      'of %s, only the table scrolls sideways',
      async (file) => {
        await open(file);
        for (const width of [390, 800, 1280, 1480]) {
          await view.setViewportSize({ width, height: 844 });
          expect(await view.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
            width,
          );
        }
      },
    );

    test.each([390, 800, 1280])(
      '%i pixels wide, shows details whole, wherever the table is scrolled to',
      async (width) => {
        await view.setViewportSize({ width, height: 844 });
        for (const name of ['hostile', 'dark'])
          await view.locator(`tbody summary:text-is("${name}")`).click();
        const details = view.locator('tr.more ul');
        await details.nth(1).waitFor();
        for (const end of ['0', '10_000']) {
          await view.evaluate(`void (document.querySelector('.scroll').scrollLeft = ${end})`);
          const boxes = await view.evaluate<{ left: number; right: number; hidden: number }[]>(
            `[...document.querySelectorAll('tr.more ul')].map((list) => {
              const { left, right } = list.getBoundingClientRect();
              return { left, right, hidden: list.scrollWidth - list.clientWidth };
            })`,
          );
          expect(boxes).toHaveLength(2);
          for (const { left, right, hidden } of boxes) {
            expect(left).toBeGreaterThanOrEqual(0);
            expect(right).toBeLessThanOrEqual(width);
            expect(hidden).toBeLessThanOrEqual(0);
          }
        }
        expect(await view.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          width,
        );
      },
    );

    test('on a phone has charts with letters that can be read', async () => {
      await view.setViewportSize({ width: 390, height: 844 });
      for (const chart of await view.locator('figure svg').filter({ visible: true }).all()) {
        const box = await chart.boundingBox();
        const drawn = Number(await chart.getAttribute('width'));
        // They are 13 pixels as drawn.
        expect((13 * (box?.width ?? 0)) / drawn).toBeGreaterThan(11);
      }
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
