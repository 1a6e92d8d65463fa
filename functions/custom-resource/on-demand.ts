/**
 * Code that few requests need is in a file beside the handler's: SAM builds it by itself (template.yaml, EntryPoints), and a
 * cold start reads it only if a lifecycle policy would expire images.
 */
import { createRequire } from 'node:module';

/** The files; each imports what it needs, so that it shares no state with the handler's. */
interface Files {
  readonly usage: typeof import('./usage.ts');
}

// Of a bundle this is handler.js, which is CommonJS: SAM's build replaces the name by __filename.
const thisFile = import.meta.filename;
const extension = thisFile.slice(thisFile.lastIndexOf('.'));

/** A file beside this one, loaded when it is first asked for; not with `import()`, which starts Node's loader of ES modules. */
export function onDemand<Name extends keyof Files>(name: Name): Files[Name] {
  return createRequire(thisFile)(`./${name}${extension}`);
}
