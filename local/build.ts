/** `npm run build`: builds into .aws-sam/build with SAM and prints the size of each function. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Problem } from '../core/problem.ts';
import { fileProblem } from '../tools/setup/problem.mjs';
import { exitOnSignals } from '../tools/setup/signals.mjs';
import { buildApplication } from './application.ts';
import { buildFolder, projectRoot } from './paths.ts';

// SAM's temporary files and the lock of the build are removed then.
exitOnSignals();

try {
  await buildApplication((message) => console.error(message));
  console.log(`Built into ${relative(projectRoot, buildFolder)}:`);
  for (const entry of readdirSync(buildFolder, { withFileTypes: true }))
    if (entry.isDirectory()) console.log(`  ${entry.name.padEnd(18)} ${kibibytes(entry.name)} KiB`);
} catch (error) {
  const problem = error instanceof Problem ? error.message : fileProblem(error);
  if (problem === undefined) throw error;
  console.error(problem);
  process.exitCode = 1;
}

function kibibytes(name: string): string {
  const folder = join(buildFolder, name);
  const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  return (bytes / 1024).toFixed(1).padStart(7);
}
