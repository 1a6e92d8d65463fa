/** The changes of a version, from CHANGELOG.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';

/** A version's section, and whether it is that of a version that is not released yet. */
export interface Changes {
  readonly text: string;
  readonly isPreview: boolean;
}

/** The section of a version; without a date, or without a section, the version is a preview. */
export function changesOf(
  version: string,
  log = readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8'),
): Changes {
  const section = log.split(/^(?=## )/m).find((part) => part.startsWith(`## ${version} `));
  return {
    text: section === undefined ? `## ${version} – unreleased\n` : `${section.trim()}\n`,
    isPreview: section === undefined || !/^## \S+ – \d{4}-\d{2}-\d{2}$/m.test(section),
  };
}
