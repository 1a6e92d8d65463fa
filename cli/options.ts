/** The options of every command that reads templates. */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { deployedTimeout } from '../cloudformation/settings-resource.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ExpandOptions } from '../template-text/expand.ts';
import type { InputOptions } from './input/templates.ts';
import { errorScreen } from './output.ts';
import { showCount } from './progress.mjs';
import { findProject, noProject, type ProjectConfig } from './project/model.ts';

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
  /** False with `--no-project-config`. */
  readonly projectConfig?: string | boolean;
  /** Of check alone. */
  readonly defaultPath?: string;
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
    .option(
      '--config <file>',
      "the application's parameters: a samconfig.toml or samconfig.yaml, or a YAML or JSON map",
    )
    .option('--config-env <name>', 'the environment of samconfig.toml', 'default')
    .option(
      '--service-token <arn>',
      "the function ARN for Custom::EcrSettings, instead of the stack's export",
    )
    .option('--strict', 'refuse files that are no CloudFormation template, instead of skipping them')
    .option('--no-ignore', 'also read files that git ignores')
    .option('--project-config <file>', 'the configuration; default: the nearest .ecr-hardening.yaml')
    .option('--no-project-config', 'use no .ecr-hardening.yaml');
}

/** What the command line and the project's configuration come to. */
export interface Setup {
  /** The files, folders and patterns that are read. */
  readonly given: readonly string[];
  readonly expanding: ExpandOptions;
  readonly input: InputOptions;
  readonly project: ProjectConfig;
}

/**
 * Reads the options of a command: what the command line says counts before the project's configuration.
 *
 * @throws Problem if there is nothing to read, or a file of options cannot be read
 */
export async function setUp(given: readonly string[], options: TemplateOptions): Promise<Setup> {
  if (given.includes('')) throw new Problem('The path of a template is empty: specify files or folders.');
  const project = await projectOf(options.projectConfig);
  const { defaultPath } = options;
  const paths =
    given.length > 0 ? given : (project.paths ?? (defaultPath === undefined ? [] : [defaultPath]));
  if (paths.length === 0)
    throw new Problem('No template is given: specify files or folders, or paths in .ecr-hardening.yaml.');
  const { strict = project.strict, ignore } = options;
  const { exclusions } = project;
  return {
    given: paths,
    expanding: await expandOptions(options, project.policy),
    input: {
      isStrict: strict,
      withIgnored: !ignore,
      isExcluded: (path) => exclusions.some((isExcluded) => isExcluded(path)),
      parameters: Object.keys(options.parameter),
      ownFiles: [...project.files, ...(options.config === undefined ? [] : [resolve(options.config)])],
      progress: showCount(errorScreen, 'files'),
    },
    project,
  };
}

async function projectOf(named: string | boolean | undefined): Promise<ProjectConfig> {
  if (named === false) return noProject;
  const file = typeof named === 'string' ? named : findProject(process.cwd());
  return file === undefined ? noProject : (await import('./project/read.ts')).readProject(file);
}

// The export of template.yaml's output, under the name that samconfig.toml gives the stack.
const exportedToken: Json = { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' };

/** The options for expanding a template. @throws Problem when the file of the application's parameters cannot be read */
async function expandOptions(
  options: TemplateOptions,
  policy: Readonly<Record<string, string>>,
): Promise<ExpandOptions> {
  const { config, configEnv } = options;
  return {
    environment: { ...policy, ...(config === undefined ? {} : await readConfig(config, configEnv)) },
    parameters: options.parameter,
    transformParameters: options.transformParameter,
    today: new Date().toISOString().slice(0, 10),
    settings: { serviceToken: options.serviceToken ?? exportedToken, serviceTimeout: deployedTimeout },
  };
}

async function readConfig(file: string, environment: string): Promise<Record<string, string>> {
  const { readApplicationParameters } = await import('./application-parameters.ts');
  return readApplicationParameters(file, environment);
}
