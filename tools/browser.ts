/** A headless browser that is installed on the machine; none is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const paths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Its path, from ECR_HARDENING_CHROMIUM or the usual paths; undefined if there is none. */
export function findBrowser(): string | undefined {
  const configured = process.env.ECR_HARDENING_CHROMIUM;
  return configured === undefined || configured === '' ? paths.find((path) => existsSync(path)) : configured;
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // No background traffic; and root cannot use the sandbox.
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
