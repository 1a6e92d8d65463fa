#!/usr/bin/env node
import { Command, Option } from 'commander';
import { Problem } from '../core/problem.ts';
import { coloursFor } from './colours.ts';
import { checkCommand, type FailOn, type Format, failOns, formats } from './commands/check.ts';
import { diffCommand } from './commands/diff.ts';
import { expandCommand } from './commands/expand.ts';
import { explainCommand } from './commands/explain.ts';
import { expandOptions, type TemplateOptions, withTemplateOptions } from './options.ts';

/** The package's version; the bundle has it written in. */
declare const ECR_HARDENING_VERSION: string;
const version = typeof ECR_HARDENING_VERSION === 'string' ? ECR_HARDENING_VERSION : 'development';

const colours = coloursFor(process.stdout, process.env);
let code = 0;

const templates = 'templates: files, patterns, or - for standard input';
const program = new Command('ecr-hardening')
  .description('Safe defaults for Amazon ECR: what the macro EcrHardening would do, without an account.')
  .version(version)
  .showHelpAfterError('(ecr-hardening --help says more)')
  // What is wrong with the command line is no finding of a check.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

withTemplateOptions(program.command('expand'))
  .description('Print the template that the deployed macro would make, without the Transform.')
  .argument('<template...>', templates)
  .option('--write', 'write it into the file instead of printing it')
  .addHelpText(
    'after',
    examples(
      'expand template.yaml > expanded.yaml',
      'expand --write stacks/*.yaml',
      'expand -p Stage=prod -',
    ),
  )
  .action((files: string[], options: TemplateOptions & { readonly write?: boolean }) => {
    process.stdout.write(expandCommand(files, expandOptions(options), options.write === true));
  });

withTemplateOptions(program.command('diff'))
  .description('Show what the macro would change, by resource, and what CloudFormation would make of it.')
  .argument('<template...>', templates)
  .addHelpText(
    'after',
    examples('diff template.yaml', 'diff --transform-parameter KeepImages=50 template.yaml'),
  )
  .action((files: string[], options: TemplateOptions) => {
    process.stdout.write(diffCommand(files, expandOptions(options), colours));
  });

withTemplateOptions(program.command('check'))
  .description('Say what is unsafe. Exit code 0: clean, 1: findings, 2: a template could not be read.')
  .argument('<template...>', templates)
  .addOption(new Option('--format <format>', 'how to say it').choices([...formats]).default('text'))
  .addOption(
    new Option('--fail-on <level>', 'from which level on findings fail')
      .choices([...failOns])
      .default('warning'),
  )
  .addHelpText(
    'after',
    examples(
      'check template.yaml',
      "check 'stacks/**/*.yaml' --format sarif > findings.sarif",
      'check --fail-on error template.yaml',
    ),
  )
  .action(
    (files: string[], options: TemplateOptions & { readonly format: Format; readonly failOn: FailOn }) => {
      const checked = checkCommand(files, expandOptions(options), { ...options, version, colours });
      process.stdout.write(checked.text);
      for (const problem of checked.problems) process.stderr.write(`${problem}\n`);
      code = checked.code;
    },
  );

program
  .command('explain')
  .description('Say what a control is about, and how to mend what it finds.')
  .argument('[control]', 'such as TagImmutability; left out, all of them')
  .addHelpText('after', examples('explain', 'explain TagImmutability'))
  .action((control: string | undefined) => {
    process.stdout.write(explainCommand(control, colours));
  });

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ecr-hardening ${line}`).join('\n')}`;
}

// Whoever reads the pipe may stop reading (`ecr-hardening diff ... | head`).
process.stdout.on('error', () => process.exit(0));

try {
  program.parse();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message}\n`);
  code = 2;
}
process.exitCode = code;
