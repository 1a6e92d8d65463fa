/**
 * The handler of the keeper's functions, which are one build: SAM builds functions of one handler only once.
 *
 * Each step is a file beside it (template.yaml, EntryPoints), and a function loads only its own.
 */
import { createRequire } from 'node:module';

const steps = ['list', 'evidence', 'batch', 'summary', 'events', 'central'] as const;

interface StepFile {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
}

const step = steps.find((name) => name === process.env.Step);
if (step === undefined) throw new Error(`Step must be one of ${steps.join(', ')}`);
// Of a bundle this is handler.js, which is CommonJS: SAM's build replaces the name by __filename.
const thisFile = import.meta.filename;
const file: StepFile = createRequire(thisFile)(`./${step}${thisFile.slice(thisFile.lastIndexOf('.'))}`);

/** Runs the step that the function's environment names. */
export const handler = file.handler;
