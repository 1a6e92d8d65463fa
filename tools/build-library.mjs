// Builds what programs import, into lib/: the library (index.ts) and the constructs for the CDK (cdk/), each as CommonJS, as
// an ES module that re-exports that, and with its types.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { common, libraryModules, takenFromLibrary, writeChanged, writeModules } from './library-modules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lib = join(root, 'lib');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** The entries, by the names of their files in lib. */
const entries = { index: 'index.ts', cdk: 'cdk/index.ts' };

const written = new Set([join('cjs', 'modules.cjs')]);
const modules = await libraryModules(root);
await writeModules(root, modules, join(lib, 'cjs', 'modules.cjs'));
for (const [name, entry] of Object.entries(entries)) await bundle(name, entry);
writeTypes();
// The package's files are ES modules unless their folder says otherwise.
write(join('cjs', 'package.json'), '{"type":"commonjs"}\n');
for (const name of Object.keys(entries)) writeEsModule(name);
removeStale();

async function bundle(name, entry) {
  const { outputFiles } = await build({
    ...common,
    write: false,
    entryPoints: [join(root, entry)],
    outfile: join(lib, 'cjs', `${name}.js`),
    absWorkingDir: root,
    // The name of a class is in the CDK's messages.
    keepNames: name === 'cdk',
    // The CDK of the app, of which there must be one.
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    define: { ECR_HARDENING_VERSION: JSON.stringify(version) },
    plugins: [takenFromLibrary(root, modules, './modules.cjs'), libraryIsExternal()],
  });
  for (const { text } of outputFiles) write(join('cjs', `${name}.js`), text);
}

/** The constructs take the library from the file beside them. */
function libraryIsExternal() {
  return {
    name: 'library-is-external',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: './index.js', external: true }));
    },
  };
}

/** Writes a file of lib. */
function write(name, text) {
  written.add(name);
  writeChanged(root, join(lib, name), text);
}

/** Removes what an earlier build has left. */
function removeStale() {
  for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !written.has(relative(lib, file))) rmSync(file, { force: true });
  }
}

/** One implementation for both, so that an app never has two of them. */
function writeEsModule(name) {
  const names = Object.keys(createRequire(import.meta.url)(join(lib, 'cjs', `${name}.js`)));
  const text = `import library from '../cjs/${name}.js';\nexport const { ${names.join(', ')} } = library;\n`;
  write(join('esm', `${name}.js`), text);
}

/** The declarations that the entries' declarations need; an ES module's are those of what it re-exports. */
function writeTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-types-'));
  try {
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
        ...['--project', join(root, 'tools', 'library.tsconfig.json'), '--outDir', folder],
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const texts = new Map();
    for (const entry of Object.values(entries)) declarations(folder, entry.replace(/\.ts$/, '.d.ts'), texts);
    for (const [file, text] of texts) write(join('cjs', file), text);
    write(join('cjs', 'cdk.d.ts'), "export * from './cdk/index.js';\n");
    for (const name of Object.keys(entries))
      write(join('esm', `${name}.d.ts`), `export * from '../cjs/${name}.js';\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads a declaration, and those that it imports, with the names that their importers know them by. */
function declarations(folder, file, texts) {
  if (texts.has(file)) return;
  const text = readFileSync(join(folder, file), 'utf8');
  texts.set(file, text.replace(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  for (const [, , target] of text.matchAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g))
    declarations(folder, normalize(join(dirname(file), `${target}.d.ts`)), texts);
}
