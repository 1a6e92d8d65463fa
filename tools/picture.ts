/**
 * Renders a page or the output of a terminal as a picture, in a headless browser:
 *
 *     node tools/picture.ts page.html picture.png [--width 1200] [--height 800] [--dark]
 *     FORCE_COLOR=1 ecr-hardening audit | node tools/picture.ts - picture.png
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findBrowser, launch } from './browser.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1200' },
    height: { type: 'string' },
    dark: { type: 'boolean', default: false },
    title: { type: 'string', default: '' },
  },
});
const [source, target] = positionals;
if (source === undefined || target === undefined)
  throw new Error('Usage: picture.ts <page.html or -> <picture.png>');
const text = readFileSync(source === '-' ? 0 : source, 'utf8');
const html = source.endsWith('.html') ? text : terminalPage(text, values.title);
const executable = findBrowser();
if (executable === undefined)
  throw new Error('Chromium was not found: install it, or set ECR_HARDENING_CHROMIUM to its path.');
const browser = await launch(executable);
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height ?? 600) },
    colorScheme: values.dark ? 'dark' : 'light',
    deviceScaleFactor: 1.25,
  });
  await page.setContent(html);
  if (source.endsWith('.html'))
    await page.screenshot({ path: target, fullPage: values.height === undefined });
  else await page.locator('body').screenshot({ path: target, omitBackground: true });
} finally {
  await browser.close();
}

/** A terminal window, with the colours of picocolors. */
function terminalPage(ansi: string, title: string): string {
  const classes: Readonly<Record<string, string>> = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 36: 'c' };
  const body = ansi
    .trimEnd()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape.
    .replaceAll(/\u001b\[(\d+)m/g, (_, code: string) =>
      code in classes ? `<span class="${classes[code]}">` : '</span>',
    );
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; padding: 14px; background: transparent; width: max-content; }
    div { background: #0d1117; border-radius: 10px; padding: 12px 18px 18px; box-shadow: 0 4px 18px #0006; }
    header { color: #8b949e; font: 13px system-ui, sans-serif; margin-bottom: 10px; }
    header::before { content: "●●●"; letter-spacing: 4px; margin-right: 12px; color: #484f58; }
    pre { margin: 0; color: #e6edf3; font: 14px/1.45 "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .b { font-weight: 700; } .d { color: #8b949e; } .r { color: #ff7b72; } .g { color: #4ac26b; } .y { color: #e3b341; } .c { color: #56d4dd; }
  </style><div><header>${title.replaceAll('<', '&lt;')}</header><pre>${body}</pre></div>`;
}
