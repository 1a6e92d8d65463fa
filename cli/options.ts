/** The options of every command that reads templates. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Json } from '../core/json.ts';
import type { ExpandOptions } from '../template-text/expand.ts';
import type { InputOptions } from './input/templates.ts';
import { showCount } from './progress.mjs';

/** The options as commander parses them. */
export interface TemplateOptions {
  readonly parameter: Readonly<Record<string, string>>;
  readonly transformParameter: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly configEnv: string;
  readonly serviceToken?: string;
  readonly strict?: boolean;
  /** False with `--no-ignore`. */
  readonly ignore: boolean;
}

type Pairs = Readonly<Record<string, string>>;

/** Adds NAME=VALUE to the pairs of earlier options. */
export function addPair(text: string, before: Pairs): Pairs {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new InvalidArgumentError('It must have the form NAME=VALUE.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** Adds the options to a command. */
export function withTemplateOptions(command: Command): Command {
  return command
    .option('-p, --parameter <name=value>', 'a template parameter (repeatable)', addPair, {})
    .option('--transform-parameter <name=value>', 'a parameter of the transform (repeatable)', addPair, {})
    .option('--config <file>', "the application's parameters: a samconfig.toml, or a YAML or JSON map")
    .option('--config-env <name>', 'the environment of samconfig.toml', 'default')
    .option(
      '--service-token <arn>',
      "the function ARN for Custom::EcrSettings, instead of the stack's export",
    )
    .option('--strict', 'refuse files that are no CloudFormation template, instead of skipping them')
    .option('--no-ignore', 'also read files that git ignores');
}

/** Which files are read, and how. */
export function inputOptions({ strict, ignore }: TemplateOptions): InputOptions {
  return { isStrict: strict, withIgnored: !ignore, progress: showCount(process.stderr, 'files') };
}

// The export of template.yaml's output, under the name that samconfig.toml gives the stack.
const exportedToken: Json = { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' };
// The value of the deployed macro (template.yaml).
const serviceTimeout = 420;

/** The options for expanding a template. @throws Problem when the file of the application's parameters cannot be read */
export async function expandOptions(options: TemplateOptions): Promise<ExpandOptions> {
  return {
    environment: options.config === undefined ? {} : await readConfig(options.config, options.configEnv),
    parameters: options.parameter,
    transformParameters: options.transformParameter,
    today: new Date().toISOString().slice(0, 10),
    settings: { serviceToken: options.serviceToken ?? exportedToken, serviceTimeout },
  };
}

async function readConfig(file: string, environment: string): Promise<Record<string, string>> {
  const { readApplicationParameters } = await import('./application-parameters.ts');
  return readApplicationParameters(file, environment);
}
