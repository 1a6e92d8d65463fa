/** The functions as SAM builds them, from template.yaml's own properties. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import { projectRoot } from '../local/paths.ts';

interface BuildProperties {
  readonly EntryPoints: readonly string[];
  readonly MainFields: string;
  readonly Target: string;
  readonly Supported: readonly string[];
  readonly Define?: readonly string[];
  readonly Alias?: readonly string[];
}

/** The application's template; of the short forms of intrinsics only the text is left. */
export function applicationTemplate() {
  return parse(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), { logLevel: 'silent' });
}

function propertiesOf(functionName: string): BuildProperties {
  return applicationTemplate().Resources[functionName].Metadata.BuildProperties;
}

/** The folder that SAM builds a function in: its paths are relative to it. */
function folderOf(functionName: string): string {
  return join(projectRoot, applicationTemplate().Resources[functionName].Properties.CodeUri);
}

/** The aliases of a function: module to file. */
export function aliasesOf(functionName: string): Readonly<Record<string, string>> {
  const folder = folderOf(functionName);
  const toFile = ([name, value]: readonly [string, string]) =>
    [name, value.startsWith('.') ? join(folder, value) : value] as const;
  return Object.fromEntries((propertiesOf(functionName).Alias ?? []).map((each) => toFile(pair(each))));
}

function pair(text: string): readonly [string, string] {
  const [name = '', value = ''] = text.split('=');
  return [name, value];
}

/**
 * Builds a function, with its files on demand.
 *
 * @param alias instead of its own
 * @returns the file that exports the handler
 */
export async function buildFunction(
  functionName: string,
  outdir: string,
  alias: Readonly<Record<string, string>> = aliasesOf(functionName),
): Promise<string> {
  const { EntryPoints } = propertiesOf(functionName);
  await bundle(functionName, { entryPoints: [...EntryPoints], outdir, alias: { ...alias } });
  return join(outdir, 'handler.js');
}

/**
 * Bundles another file as a function is, with what the function's bundle leaves out.
 *
 * @param entry an absolute path
 */
export async function buildLike(functionName: string, entry: string, outfile: string): Promise<void> {
  await bundle(functionName, { entryPoints: [entry], outfile, alias: { ...aliasesOf(functionName) } });
}

async function bundle(functionName: string, own: BuildOptions): Promise<void> {
  const { MainFields, Target, Supported, Define = [] } = propertiesOf(functionName);
  await build({
    absWorkingDir: folderOf(functionName),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: Target,
    mainFields: MainFields.split(','),
    supported: Object.fromEntries(Supported.map((each) => [pair(each)[0], pair(each)[1] === 'true'])),
    define: Object.fromEntries(Define.map((each) => pair(each))),
    legalComments: 'none',
    logLevel: 'silent',
    ...own,
  });
}
