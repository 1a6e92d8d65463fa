// The modules of the library (index.ts), which the package has once: the library, the constructs for the CDK and the command
// take them from one file.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/** What every bundle of the package has in common. */
export const common = {
  bundle: true,
  platform: 'node',
  // CommonJS starts faster than ES modules.
  format: 'cjs',
  target: 'node20',
  minify: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
};

/**
 * The project's own files that the library consists of, without its entry.
 *
 * @param {string} root the project's folder
 * @returns {Promise<readonly string[]>} paths from the root
 */
export async function libraryModules(root) {
  const { metafile } = await build({
    ...common,
    entryPoints: [join(root, 'index.ts')],
    absWorkingDir: root,
    metafile: true,
    write: false,
  });
  return Object.keys(metafile.inputs)
    .filter((file) => !isOfPackage(file) && file !== 'index.ts')
    .toSorted();
}

/**
 * Writes the file that has the modules, each under a name of its own.
 *
 * @param {string} root
 * @param {readonly string[]} modules
 * @param {string} outfile
 * @returns {Promise<readonly string[]>} the files in it, also of packages, whose licences go with it
 */
export async function writeModules(root, modules, outfile) {
  const names = await exportsOf(root, modules);
  const contents = modules
    .map((file, index) => objectOf(file, nameOf(index), names.get(file) ?? []))
    .join('\n');
  const { metafile, outputFiles } = await build({
    ...common,
    metafile: true,
    write: false,
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    outfile,
  });
  for (const { text } of outputFiles) writeChanged(root, outfile, text);
  return Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
}

/** The names that each module exports, but for types. */
async function exportsOf(root, modules) {
  const { metafile } = await build({
    entryPoints: modules.map((file) => join(root, file)),
    absWorkingDir: root,
    outdir: join(root, 'lib'),
    format: 'esm',
    metafile: true,
    write: false,
  });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]));
}

/** A module as an object of its own: a namespace would have a getter for each name, which takes longer to make and to use. */
function objectOf(file, name, exported) {
  const renamed = exported.map((each) => `${each} as ${name}_${each}`);
  const members = exported.map((each) => `${each}: ${name}_${each}`);
  return `import { ${renamed.join(', ')} } from './${file}';\nexport const ${name} = { ${members.join(', ')} };`;
}

/** Writes a file whole, and leaves one alone that is already as it is to be: another process may be loading it. */
export function writeChanged(root, file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const temporary = join(root, '.aws-sam', `library-${process.pid}`);
  mkdirSync(dirname(temporary), { recursive: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/**
 * Takes the modules from their file in place of bundling them.
 *
 * @param {string} root
 * @param {readonly string[]} modules
 * @param {string} file as the bundle's own folder requires it
 */
export function takenFromLibrary(root, modules, file) {
  return {
    name: 'taken-from-library',
    setup({ onResolve, onLoad }) {
      let names;
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const target = relative(root, join(resolveDir, path)).replaceAll('\\', '/');
        return modules.includes(target) ? { path: target, namespace: 'library' } : undefined;
      });
      onResolve({ filter: /./, namespace: 'library' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /./, namespace: 'library' }, async ({ path }) => {
        names ??= exportsOf(root, modules);
        return { contents: constantsOf(file, nameOf(modules.indexOf(path)), (await names).get(path) ?? []) };
      });
    },
  };
}

/** The names of a module as variables: esbuild would copy a CommonJS module into a namespace of getters. */
function constantsOf(file, name, exported) {
  const constants = exported.map((each) => `export const ${each} = library.${each};`);
  return [`const library = require('${file}').${name};`, ...constants].join('\n');
}

function isOfPackage(file) {
  return file.startsWith('node_modules/');
}

function nameOf(index) {
  return `m${index}`;
}
