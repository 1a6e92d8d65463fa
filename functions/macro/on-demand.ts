/**
 * Code that few templates need is in files beside the handler's: SAM builds each of them by itself (template.yaml,
 * EntryPoints), and a cold start reads them only if a template needs them.
 */
import { createRequire } from 'node:module';

/** The files; each imports what it needs, so that it shares no state with the handler's. */
interface Files {
  readonly documents: typeof import('./documents.ts');
  readonly sentences: typeof import('./sentences.ts');
  readonly look: typeof import('./look.ts');
}

// Of a bundle this is handler.js, which is CommonJS: SAM's build replaces the name by __filename.
const thisFile = import.meta.filename;
const extension = thisFile.slice(thisFile.lastIndexOf('.'));

let load: NodeJS.Require | undefined;

/**
 * A file beside this one, loaded when it is first asked for.
 *
 * Synchronously, because whether it is needed shows only in the middle of a template; and not with `import()`, which
 * starts Node's loader of ES modules.
 */
export function onDemand<Name extends keyof Files>(name: Name): Files[Name] {
  load ??= createRequire(thisFile);
  return load(`./${name}${extension}`);
}
