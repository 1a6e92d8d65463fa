import { parseArgs } from 'node:util';
import { Problem } from '../../core/problem.ts';

/** The command line. `parameters` are values by name; `port` is undefined for any free port. */
export interface Arguments {
  readonly help: boolean;
  readonly keep: boolean;
  readonly port: number | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  readonly templates: readonly string[];
}

export const help = `npm start -- [options] [template ...]

Starts a local AWS, deploys EcrHardening to it with the SAM CLI, deploys the
templates through change sets, and prints the settings of each repository before
and after, as read from ECR. Without a template it deploys those of examples/.

options
  --parameter Name=Value   a value for a template's parameter; repeatable
  --port N                 the port of the local AWS (default: any free port)
  --keep                   leave the local AWS running and print how to reach it
  --help                   show this help

examples
  npm start
  npm start -- path/to/template.yaml --parameter Stage=test
  npm start -- --keep
`;

/**
 * Parses the command line (without node and the script).
 * @throws Problem for an unknown or malformed option
 */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  return {
    help: values.help ?? false,
    keep: values.keep ?? false,
    port: values.port === undefined ? undefined : readPort(values.port),
    parameters: new Map((values.parameter ?? []).map(readParameter)),
    templates: positionals,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        keep: { type: 'boolean' },
        port: { type: 'string' },
        parameter: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : String(error);
    throw new Problem(`${reason.trim().replace(/\.$/, '')}: \`npm start -- --help\` lists the options.`, {
      cause: error,
    });
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new Problem(`--port must be a number from 1 to 65535, not "${text}": omit it for any free port.`);
}

/** The first `=` separates name and value, so a value can contain `=`. */
function readParameter(text: string): [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at > 0 && /^[A-Za-z0-9]+$/.test(name)) return [name, text.slice(at + 1)];
  throw new Problem(`--parameter must have the form Name=Value, not "${text}".`);
}
