/** The beginning of a page that stands by itself. */
import { createHash } from 'node:crypto';
import { toHtml } from './audit-html/to-html.ts';

/** What a page has beside its contents. */
export interface PageHead {
  /** As text. */
  readonly title: string;
  readonly style: string;
  readonly script: string;
}

/** Everything before the body. Only this script and this style are allowed; nothing may be loaded. */
export function pageHead({ title, style, script }: PageHead): string {
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${toHtml(title)}</title>
<style>${style}</style>
</head>`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
