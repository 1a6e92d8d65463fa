// Bundles the command line into dist/: the package's bin, and in files that are loaded on demand what only some commands
// need, since reading it takes a command's first milliseconds: what reads templates, and what calls AWS.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { libraryModules, takenFromLibrary, writeModules } from './library-modules.mjs';
import { notices } from './notices.mjs';
import { recordBuild } from './setup/built.mjs';
import { writeFolder } from './write-folder.mjs';

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
  // Half as long as escapes, of which the charts' words in other languages have thousands.
  charset: 'utf8',
  // By `require`: `import()` would start Node's loader of ES modules.
  supported: { 'dynamic-import': false },
  define: {
    ECR_HARDENING_VERSION: JSON.stringify(version),
    // A library creates its require function from it, for which a path will do.
    'import.meta.url': '__filename',
    'import.meta.filename': '__filename',
    'import.meta.dirname': '__dirname',
  },
};
/** V8 keeps a text with other characters than ASCII's in twice the space, and takes longer to read it. */
const readFast = { charset: 'ascii' };
const cli = join(root, 'cli');
/** The files that are loaded on demand, and what is in each of them alone. */
const onDemand = {
  'commands.cjs': ['main.ts'],
  'templates.cjs': [
    'commands/check.ts',
    'commands/diff.ts',
    'commands/expand.ts',
    'commands/explain.ts',
    'project/read.ts',
    'application-parameters.ts',
    'baseline.ts',
    'findings.ts',
    'select.ts',
  ],
  'aws-commands.cjs': [
    'commands/audit.ts',
    'commands/claims.ts',
    'commands/distribute.ts',
    'commands/sweep.ts',
    'commands/uses.ts',
    'live/look.ts',
  ],
};
const exportsOf = (files) => files.map((file) => `export * from './${file}';`).join('\n');

/** Takes the project's own files that are in another file of `dist` from there. */
function takenFromOthers(own) {
  const taken = Object.entries(onDemand).flatMap(([file, names]) =>
    file === own ? [] : names.map((name) => [join(cli, name), file]),
  );
  const fileOf = new Map(taken);
  return {
    name: 'taken-from-others',
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
        const file = fileOf.get(join(resolveDir, path));
        return file === undefined ? undefined : { path: `./${file}`, external: true };
      });
    },
  };
}

/** The SDK's clients read their version from their package.json; the rest of it would be in the bundle too. */
const versionAlone = {
  name: 'version-alone',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version: ofClient } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version: ofClient }), loader: 'json' };
    });
  },
};

/** Builds one of the files that are loaded on demand. */
function buildOnDemand(file, { plugins = [], ...options } = {}) {
  return build({
    ...shared,
    ...options,
    define: { ...shared.define, ...options.define },
    stdin: { contents: exportsOf(onDemand[file]), resolveDir: cli },
    outfile: join(dist, file),
    plugins: [takenFromOthers(file), ...plugins],
  });
}

const modules = await libraryModules(root);
const inLibrary = await writeModules(root, modules, join(root, 'lib', 'cjs', 'modules.cjs'));
const fromLibrary = () => takenFromLibrary(root, modules, '../lib/cjs/modules.cjs');

// The library that sorts the table of the audit's page is part of the page.
const sortFiles = ['sortable.min.js', 'sortable.a11y.min.js'].map(
  (file) => `node_modules/sortable-tablesort/dist/${file}`,
);
const sortScript = sortFiles.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

const built = await Promise.all([
  build({ ...shared, entryPoints: [join(cli, 'start.ts')], outfile: bin, plugins: [takenFromOthers()] }),
  buildOnDemand('commands.cjs', {
    ...readFast,
    // No command is a program of its own, which commander would start.
    alias: { 'node:child_process': join(root, 'cli', 'bundle', 'no-child-process.ts') },
  }),
  buildOnDemand('templates.cjs', {
    ...readFast,
    plugins: [fromLibrary()],
    // The same as ES modules: a sixth smaller, and without the time that 70 CommonJS modules take to be put together.
    alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js') },
  }),
  buildOnDemand('aws-commands.cjs', {
    plugins: [fromLibrary(), versionAlone],
    // No operation that is called has an event stream.
    alias: { '@smithy/core/event-streams': join(root, 'aws', 'bundle', 'no-event-streams.ts') },
    define: {
      // Without the warnings for those who develop with the library of the charts.
      'process.env.NODE_ENV': '"production"',
      ECR_HARDENING_SORT_SCRIPT: JSON.stringify(sortScript),
    },
  }),
]);
const inputs = [...inLibrary, ...built.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...sortFiles];
const files = new Map([
  ...built.flatMap(({ outputFiles }) =>
    outputFiles.map(({ path, contents }) => [basename(path), { contents }]),
  ),
  ['THIRD-PARTY-NOTICES', { contents: notices(inputs, root) }],
]);
files.get(basename(bin)).isProgram = true;
// What an earlier version has built would go into the package.
writeFolder(dist, files, join(root, '.aws-sam', `command-${process.pid}`));
recordBuild(inputs);
