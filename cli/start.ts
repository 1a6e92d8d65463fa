#!/usr/bin/env node
/**
 * The package's bin. The command itself is in files beside it; the user's folder for caches keeps them compiled, since
 * compiling them takes longer than anything else that a small check does.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

const nodeRequire = createRequire(import.meta.filename);
const dist = import.meta.dirname;
const folder = cacheFolder(process.platform, process.env);
const [, , command = 'other'] = process.argv;
/** What a command runs is compiled when it runs it, so each has its own. */
const prefix = /^[a-z]{1,10}$/.test(command) ? command : 'other';

/** The package's version, set when the bundle is built. */
declare const ECR_HARDENING_VERSION: string;
const version = typeof ECR_HARDENING_VERSION === 'string' ? ECR_HARDENING_VERSION : 'development';

interface Module {
  exports: unknown;
}
const modules = new Map<string, Module>();
load(join(dist, 'commands.cjs'));

/** Loads a file of the package as Node would, but for the code that it finds compiled. */
function load(file: string): unknown {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module: Module = { exports: {} };
  modules.set(file, module);
  const run = compiled(file).runInThisContext();
  run(module.exports, requireFrom, module, file, dirname(file));
  return module.exports;
}

function requireFrom(name: string): unknown {
  return name.startsWith('.') ? load(join(dist, name)) : nodeRequire(name);
}

/** A file as a function of what Node gives a CommonJS module. */
function compiled(file: string): Script {
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, 'utf8')}\n})`;
  if (folder === undefined) return new Script(source, { filename: file });
  const cache = join(folder, `${prefix}-${basename(file)}`);
  // Packages and images of containers often have one fixed time for all files, and V8 compares nothing but the length of the text: only
  // with when and where the file was put is it the one that was compiled.
  const { size, mtimeMs, ctimeMs, ino } = statSync(file);
  const key = Buffer.from(`${version} ${size} ${mtimeMs} ${ctimeMs} ${ino}`.padEnd(128));
  const cachedData = readCache(cache, key);
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  // V8 rejects what another version of it has made, or the same one with other flags.
  if (cachedData === undefined || script.cachedDataRejected === true)
    process.once('exit', () => writeCache(cache, Buffer.concat([key, script.createCachedData()])));
  return script;
}

function readCache(file: string, key: Buffer): Buffer | undefined {
  try {
    const cached = readFileSync(file);
    return cached.subarray(0, key.length).equals(key) ? cached.subarray(key.length) : undefined;
  } catch {
    return undefined;
  }
}

/** Where it cannot be written, the next run compiles again. */
function writeCache(file: string, content: Buffer): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Whoever reads at the same time reads all of it or none.
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, content, { mode: 0o600 });
    renameSync(temporary, file);
  } catch {}
}

/** The folder for what is compiled; undefined where there is none, or others could put code of theirs there. */
function cacheFolder(
  platform: NodeJS.Platform,
  { HOME, XDG_CACHE_HOME, LOCALAPPDATA, NODE_DISABLE_COMPILE_CACHE }: NodeJS.ProcessEnv,
): string | undefined {
  if (NODE_DISABLE_COMPILE_CACHE) return undefined;
  const home = HOME && join(HOME, platform === 'darwin' ? 'Library/Caches' : '.cache');
  const caches = platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME || home;
  const found = caches ? statSync(caches, { throwIfNoEntry: false }) : undefined;
  if (!caches || !found?.isDirectory()) return undefined;
  const uid = process.getuid?.();
  const isOwn = uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0);
  return isOwn ? join(caches, 'ecr-hardening') : undefined;
}
