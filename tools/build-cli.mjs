// Bundles the command line into dist/: the package's bin, and separately the commands that call AWS, whose clients would
// slow down the other commands.
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { libraryModules, takenFromLibrary, writeModules } from './library-modules.mjs';
import { notices } from './notices.mjs';
import { recordBuild } from './setup/built.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');
const bin = join(dist, 'ecr-hardening.cjs');

const shared = {
  bundle: true,
  platform: 'node',
  // CommonJS starts faster than ES modules.
  format: 'cjs',
  target: 'node20',
  absWorkingDir: root,
  minify: true,
  metafile: true,
  // Written below: another process may run what an earlier build has made.
  write: false,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  define: {
    ECR_HARDENING_VERSION: JSON.stringify(version),
    // A library creates its require function from it.
    'import.meta.url': 'bundleUrl',
    'import.meta.dirname': '__dirname',
  },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
};
const cli = join(root, 'cli');
/** What calls AWS: it is in the file beside the bin. */
const callingAws = ['commands/audit.ts', 'commands/claims.ts', 'commands/sweep.ts', 'live/look.ts'];
/** What both use: it is in the bin alone, which exports it for the other file. It has the parsers of YAML and TOML. */
const exportedByTheBin = ['application-parameters.ts', 'findings.ts'];
const exportsOf = (files) => files.map((file) => `export * from './${file}';`).join('\n');

/** Takes some of the project's own files, by their paths from `cli`, from another file of `dist`. */
function takenFrom(file, names) {
  const taken = names.map((name) => join(cli, name));
  return {
    name: `taken-from-${file}`,
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) =>
        taken.includes(join(resolveDir, path)) ? { path: `./${file}`, external: true } : undefined,
      );
    },
  };
}

const modules = await libraryModules(root);
const fromPackages = await writeModules(root, modules, join(root, 'lib', 'cjs', 'modules.cjs'));
const fromLibrary = () => takenFromLibrary(root, modules, '../lib/cjs/modules.cjs');

// The library that sorts the table of the audit's page is part of the page.
const sortFiles = ['sortable.min.js', 'sortable.a11y.min.js'].map(
  (file) => `node_modules/sortable-tablesort/dist/${file}`,
);
const sortScript = sortFiles.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

const built = await Promise.all([
  build({
    ...shared,
    stdin: { contents: `${exportsOf(exportedByTheBin)}\nimport './main.ts';`, resolveDir: cli },
    banner: { js: `#!/usr/bin/env node\n${shared.banner.js}` },
    outfile: bin,
    plugins: [takenFrom('aws-commands.cjs', callingAws), fromLibrary()],
  }),
  build({
    ...shared,
    stdin: { contents: exportsOf(callingAws), resolveDir: cli },
    // No operation that is called has an event stream.
    alias: { '@smithy/core/event-streams': join(root, 'aws', 'bundle', 'no-event-streams.ts') },
    define: {
      ...shared.define,
      // Without the warnings for those who develop with the library of the charts.
      'process.env.NODE_ENV': '"production"',
      ECR_HARDENING_SORT_SCRIPT: JSON.stringify(sortScript),
    },
    outfile: join(dist, 'aws-commands.cjs'),
    plugins: [takenFrom('ecr-hardening.cjs', exportedByTheBin), fromLibrary()],
  }),
]);
const inputs = [
  ...fromPackages,
  ...built.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  ...sortFiles,
];
const files = new Map([
  ...built.flatMap(({ outputFiles }) => outputFiles.map(({ path, contents }) => [basename(path), contents])),
  ['THIRD-PARTY-NOTICES', notices(inputs, root)],
]);
mkdirSync(dist, { recursive: true });
const temporary = join(root, '.aws-sam', `command-${process.pid}`);
mkdirSync(temporary, { recursive: true });
for (const [name, contents] of files) {
  const file = join(temporary, name);
  writeFileSync(file, contents);
  if (name === basename(bin)) chmodSync(file, 0o755);
  renameSync(file, join(dist, name));
}
rmSync(temporary, { recursive: true });
// What an earlier version has built would go into the package.
for (const name of readdirSync(dist)) if (!files.has(name)) rmSync(join(dist, name), { recursive: true });
recordBuild(inputs);
