/**
 * Code that few templates need is in files beside the handler's: SAM builds each of them by itself (template.yaml,
 * EntryPoints), and a cold start reads them only if a template needs them.
 */

/** The files; each imports what it needs, so that it shares no state with the others: what keeps some is in one file only. */
interface Files {
  readonly 'creation-templates': typeof import('./creation-templates.ts');
  readonly documents: typeof import('./documents.ts');
  readonly filters: typeof import('./filters.ts');
  readonly intrinsics: typeof import('./intrinsics.ts');
  readonly metadata: typeof import('./metadata.ts');
  readonly parts: typeof import('./parts.ts');
  readonly sentences: typeof import('./sentences.ts');
  readonly look: typeof import('./look.ts');
}

// Of a bundle this is handler.js: SAM's build replaces the name by __filename.
const thisFile = import.meta.filename;
const extension = thisFile.slice(thisFile.lastIndexOf('.'));

/**
 * A file beside this one, loaded when it is first asked for.
 *
 * Synchronously, because whether it is needed shows only in the middle of a template; and not with `import()`, which
 * starts Node's loader of ES modules.
 */
export function onDemand<Name extends keyof Files>(name: Name): Files[Name] {
  load ??= makeLoad();
  return load(`./${name}${extension}`);
}

let load: NodeJS.Require | undefined;

/** A bundle is CommonJS and has a `require`; the source is an ES module and has none. */
function makeLoad(): NodeJS.Require {
  return typeof require === 'function'
    ? require
    : process.getBuiltinModule('node:module').createRequire(thisFile);
}
