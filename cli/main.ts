#!/usr/bin/env node
import { Command, Option } from 'commander';
import { isProblem } from '../core/problem.ts';
import { coloursFor } from './colours.ts';
import { type AuditOptions, withAuditOptions } from './commands/audit-options.ts';
import { checkCommand, type FailOn, type Format, failOns, formats } from './commands/check.ts';
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
  .action(async (files: string[], options: TemplateOptions & { readonly write?: boolean }) => {
    const { expandCommand } = await import('./commands/expand.ts');
    process.stdout.write(await expandCommand(files, await expandOptions(options), options.write === true));
  });

withTemplateOptions(program.command('diff'))
  .description('Show what the macro would change, by resource, and what CloudFormation would make of it.')
  .argument('<template...>', templates)
  .addHelpText(
    'after',
    examples('diff template.yaml', 'diff --transform-parameter KeepImages=50 template.yaml'),
  )
  .action(async (files: string[], options: TemplateOptions) => {
    const { diffCommand } = await import('./commands/diff.ts');
    process.stdout.write(await diffCommand(files, await expandOptions(options), colours));
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
    async (
      files: string[],
      options: TemplateOptions & { readonly format: Format; readonly failOn: FailOn },
    ) => {
      const report = { ...options, version, colours };
      const checked = await checkCommand(files, await expandOptions(options), report);
      process.stdout.write(checked.text);
      for (const problem of checked.problems) process.stderr.write(`${problem}\n`);
      code = checked.code;
    },
  );

withAuditOptions(program.command('audit'))
  .description(
    'Say how a live registry stands, what it costs, and what hardening would break. It changes nothing and pulls nothing.',
  )
  .addHelpText(
    'after',
    `${examples(
      'audit --profile prod --region eu-central-1',
      'audit --format html -o registry.html',
      'audit --tags-file tags.jsonl --fail-on error',
    )}

It needs ecr:DescribeRepositories. With ecr:BatchGetRepositoryScanningConfiguration,
ecr:GetRegistryScanningConfiguration, ecr:GetLifecyclePolicy, ecr:GetRepositoryPolicy,
ecr:DescribeImages, tag:GetResources and cloudtrail:LookupEvents it knows everything;
what it may not read it calls unknown.`,
  )
  .action(async (options: AuditOptions) => {
    // The SDK's word on the age of Node is none of the audit's.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const { auditCommand } = await import('./commands/audit.ts');
    const stop = new AbortController();
    // The first Ctrl-C ends it with what was read; the second one ends the process, as ever.
    process.once('SIGINT', () => stop.abort());
    const surroundings = {
      version,
      colours,
      stop: stop.signal,
      terminal: process.stderr,
    };
    const audited = await auditCommand(options, surroundings);
    process.stdout.write(audited.text);
    for (const note of audited.notes) process.stderr.write(`${note}\n`);
    code = audited.code;
  });

program
  .command('explain')
  .description('Say what a control is about, and how to mend what it finds.')
  .argument('[control]', 'such as TagImmutability; left out, all of them')
  .addHelpText('after', examples('explain', 'explain TagImmutability'))
  .action(async (control: string | undefined) => {
    const { explainCommand } = await import('./commands/explain.ts');
    process.stdout.write(explainCommand(control, colours));
  });

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ecr-hardening ${line}`).join('\n')}`;
}

// Whoever reads the pipe may stop reading (`ecr-hardening diff ... | head`); a full disk is another matter.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`The output could not be written (${error.message}).\n`);
  process.exit(2);
});

// Loaded only by the commands that need them, libraries cost the others nothing.
program.parseAsync().then(
  () => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 2;
  },
);

function sentenceOf(error: unknown): string {
  if (isProblem(error)) return error.message;
  const stack = error instanceof Error ? error.stack : String(error);
  return `ecr-hardening has a defect and wrote nothing: ${stack}`;
}
