/**
 * `npm run release`: writes the files of a release to release/<version>/, of any commit.
 *
 *     template.yaml, hook.yaml ...      the built templates, for `sam deploy --template-file template.yaml`
 *     *-cloudformation.yaml             the same without a transform, such as for StackSets
 *     organization.yaml                 the StackSets of an organisation, which need no build
 *     *.zip, *.asl.json                 their functions' code, and the definitions of their state machines
 *     ecr-hardening-*.tgz               the command, the library, the CDK constructs
 *     sbom.cdx.json                     the packages in them, in CycloneDX
 *     CHANGES.md, RELEASE_NOTES.md      the changes, from CHANGELOG.md, and how to install it
 *     SHA256SUMS                        `sha256sum --check SHA256SUMS`
 *
 * Releases are reproducible: the same source gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../core/problem.ts';
import { projectRoot } from './paths.ts';
import { changesOf } from './release/changes.ts';
import { releaseNotes } from './release/notes.ts';
import { sbom } from './release/sbom.ts';
import { checkReplaceable, writeSums } from './release/sums.ts';
import { plainTemplates, samTemplates, writeTemplate } from './release/templates.ts';

try {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const output = readOutput(process.argv.slice(2));
  if (output !== undefined) checkReplaceable(resolve(output));
  await writeRelease(version, resolve(output ?? join(projectRoot, 'release', version)));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readOutput(args: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      // What has no date in the changelog is a preview; the option of earlier versions is still taken.
      options: { preview: { type: 'boolean', default: false }, output: { type: 'string' } },
    });
    return values.output;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : String(error);
    throw new Problem(`${reason}: the only option is --output FOLDER.`, { cause: error });
  }
}

async function writeRelease(version: string, folder: string): Promise<void> {
  const { text: changes, isPreview } = changesOf(version);
  const templates = samTemplates();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of templates) await writeTemplate(name, folder, version);
  for (const name of plainTemplates()) copyFileSync(join(projectRoot, name), join(folder, name));
  execFileSync('npm', ['pack', '--pack-destination', folder, '--silent'], {
    cwd: projectRoot,
    stdio: 'pipe',
  });
  const texts = {
    'CHANGES.md': changes,
    'RELEASE_NOTES.md': releaseNotes({ version, isPreview, templates, changes }),
    'sbom.cdx.json': sbom(readFileSync(join(projectRoot, 'dist', 'THIRD-PARTY-NOTICES'), 'utf8')),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const files = writeSums(folder);
  const note = isPreview
    ? ' (a preview: CHANGELOG.md has no date for it, such as "## 1.2.3 – 2026-12-01")'
    : '';
  const lines = [...files, 'SHA256SUMS'].map((file) => `  ${file}`);
  console.log([`Version ${version} is in ${relative(projectRoot, folder)}${note}:`, ...lines].join('\n'));
}
