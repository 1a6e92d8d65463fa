/** The headless browser that looks at pages: one that the machine has, since none is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Its path, or undefined where there is none; ECR_HARDENING_CHROMIUM names another. */
export function findBrowser(): string | undefined {
  const named = process.env.ECR_HARDENING_CHROMIUM;
  return named === undefined || named === '' ? places.find((path) => existsSync(path)) : named;
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Nothing but the page is to be looked at, and root has no sandbox.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
