/**
 * The look at live repositories is in a file beside the handler's: SAM builds it by itself (hook.yaml, EntryPoints), and a cold
 * start reads it only if an update changes a lifecycle policy.
 */

// Of a bundle this is handler.js: SAM's build replaces the name by __filename.
const thisFile = import.meta.filename;
const extension = thisFile.slice(thisFile.lastIndexOf('.'));

/** The look, loaded when it is first asked for. */
export function loadLook(): typeof import('./look.ts') {
  // A bundle is CommonJS and has a `require`; the source is an ES module and has none.
  const load =
    typeof require === 'function' ? require : process.getBuiltinModule('node:module').createRequire(thisFile);
  return load(`./look${extension}`);
}
