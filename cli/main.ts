#!/usr/bin/env node
import { Command, Help } from 'commander';
import { isProblem } from '../core/problem.ts';
import { visible } from '../core/visible.ts';
import { coloursFor } from './colours.ts';
import { type AuditOptions, withAuditOptions } from './commands/audit-options.ts';
import { type CheckFlags, checkOptionsOf, withCheckOptions } from './commands/check-options.ts';
import { type ClaimsOptions, withClaimsOptions } from './commands/claims-options.ts';
import { type DistributeOptions, withDistributeOptions } from './commands/distribute-options.ts';
import { type SweepOptions, withSweepOptions } from './commands/sweep-options.ts';
import { type UsesOptions, withUsesOptions } from './commands/uses-options.ts';
import type { LiveOptions } from './live/model.ts';
import { lookOf, withLiveOptions } from './live/options.ts';
import { setUp, type TemplateOptions, withTemplateOptions } from './options.ts';
import {
  errorScreen,
  outputScreen,
  print,
  printAll,
  printDocument,
  printProblem,
  printUsage,
} from './output.ts';
import { refuseOptions } from './refused-options.ts';

/** The package's version, set when the bundle is built. */
declare const ECR_HARDENING_VERSION: string;
const version = typeof ECR_HARDENING_VERSION === 'string' ? ECR_HARDENING_VERSION : 'development';

const coloursOfOutput = () => coloursFor(outputScreen, process.env);
let code = 0;

const templates = 'template files, folders, glob patterns, or - for standard input';
const program = new Command('ecr-hardening')
  .description(
    'Safe defaults for Amazon ECR: previews the EcrHardening macro without an AWS account, and audits live registries.',
  )
  .version(version)
  .configureOutput({ writeOut: print, writeErr: printUsage })
  // An empty list or map is how the code says that an option was not given.
  .configureHelp({
    optionDescription: (option) =>
      isEmpty(option.defaultValue) ? option.description : new Help().optionDescription(option),
  })
  .showHelpAfterError('(run ecr-hardening --help for usage)')
  .hook('preAction', (_program, command) => refuseOptions(command))
  // Exit code 1 means findings, so a usage error has another.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** What adds each command, in the order of the help. */
const commands: Readonly<Record<string, () => void>> = {
  expand: addExpand,
  diff: addDiff,
  check: addCheck,
  audit: addAudit,
  claims: addClaims,
  sweep: addSweep,
  uses: addUses,
  distribute: addDistribute,
  explain: addExplain,
};
const [, , named = ''] = process.argv;
// The options of all of them take longer than a small check: only the one that is run gets its own.
for (const add of Object.hasOwn(commands, named) ? [commands[named]] : Object.values(commands)) add?.();

function addExpand(): void {
  withLiveOptions(withTemplateOptions(program.command('expand')))
    .description('Print the template as the deployed macro would expand it, without the Transform.')
    .argument('[template...]', templates)
    .option('--write', 'write the result to the file instead of printing it')
    .addHelpText(
      'after',
      examples('expand template.yaml > expanded.yaml', 'expand --write stacks', 'expand -p Stage=prod -'),
    )
    .action(
      async (files: string[], options: TemplateOptions & LiveOptions & { readonly write?: boolean }) => {
        const { expandCommand } = await import('./commands/expand.ts');
        const isToBeWritten = options.write === true;
        const { given, expanding, input } = await setUp(files, options);
        const text = await expandCommand(
          given,
          expanding,
          isToBeWritten,
          input,
          printProblem,
          lookOf(options),
        );
        (isToBeWritten ? print : printDocument)(text);
      },
    );
}

function addDiff(): void {
  withLiveOptions(withTemplateOptions(program.command('diff')))
    .description('Show what the macro would change, by resource, and how CloudFormation would apply it.')
    .argument('[template...]', templates)
    .addHelpText(
      'after',
      examples(
        'diff template.yaml',
        'diff --transform-parameter KeepImages=50 template.yaml',
        'diff --live --profile prod template.yaml',
      ),
    )
    .action(async (files: string[], options: TemplateOptions & LiveOptions) => {
      const { diffCommand } = await import('./commands/diff.ts');
      const { given, expanding, input } = await setUp(files, options);
      print(await diffCommand(given, expanding, await coloursOfOutput(), lookOf(options), input));
    });
}

function addCheck(): void {
  withLiveOptions(withCheckOptions(withTemplateOptions(program.command('check'))))
    .description(
      'Check templates for unsafe settings. Exit code 0: no findings, 1: findings, 2: a template could not be read.',
    )
    .argument('[template...]', templates)
    .addHelpText(
      'after',
      examples(
        'check template.yaml',
        'check stacks --format sarif > findings.sarif',
        'check --fail-on error template.yaml',
        'check --write-baseline ecr-baseline.json stacks',
        'check --live --profile prod template.yaml',
      ),
    )
    .action(async (files: string[], options: TemplateOptions & LiveOptions & CheckFlags) => {
      const { checkCommand } = await import('./commands/check.ts');
      const setup = await setUp(files, options);
      const context = { version, colours: await coloursOfOutput(), live: lookOf(options) };
      const report = await checkOptionsOf(options, setup, context);
      const checked = await checkCommand(setup.given, setup.expanding, report);
      print(checked.text);
      for (const sentence of [...checked.problems, ...checked.notes]) printProblem(sentence);
      code = checked.code;
    });
}

function addAudit(): void {
  withAuditOptions(program.command('audit'))
    .description(
      'Audit a live registry: settings, cost, and impact of hardening. It is read-only and pulls no image.',
    )
    .addHelpText(
      'after',
      `${examples(
        'audit --profile prod --region eu-central-1',
        'audit --format html -o registry.html',
        'audit --tags-file tags.jsonl --fail-on error',
        'audit --profile dev --profile prod --region eu-central-1 --region us-east-1 --format html -o all.html',
      )}

Only ecr:DescribeRepositories is required. A full audit also needs
ecr:BatchGetRepositoryScanningConfiguration, ecr:GetRegistryScanningConfiguration,
ecr:GetLifecyclePolicy, ecr:GetRepositoryPolicy, ecr:DescribeImages,
ecr:DescribePullThroughCacheRules, ecr:DescribeRegistry, tag:GetResources,
cloudformation:DescribeStackResources, cloudtrail:LookupEvents, and permission to list what runs images (docs/usage.md).
Missing permissions show up as unknown.`,
    )
    .action(async (options: AuditOptions) => {
      // The SDK's warning about old versions of Node is not part of the audit.
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const { auditCommand } = await import('./commands/audit.ts');
      const stop = new AbortController();
      // The first Ctrl-C or SIGTERM ends the audit and reports what was read; the second one ends the process.
      const signals = ['SIGINT', 'SIGTERM'] as const;
      const end = () => {
        for (const signal of signals) process.off(signal, end);
        stop.abort();
      };
      for (const signal of signals) process.on(signal, end);
      const context = {
        version,
        colours: await coloursOfOutput(),
        stop: stop.signal,
        terminal: errorScreen,
        readParameters: async (file: string, environment: string) =>
          (await import('./application-parameters.ts')).readApplicationParameters(file, environment),
      };
      const audited = await auditCommand(options, context);
      await printAll(audited.report);
      audited.close();
      for (const note of audited.notes) printProblem(note);
      code = audited.code;
    });
}

function addClaims(): void {
  withClaimsOptions(program.command('claims'))
    .description('List which resources claim which repositories, or release the claims of one of them.')
    .addHelpText(
      'after',
      `${examples(
        'claims --region eu-central-1',
        'claims --repository payments/api --json',
        'claims --release ecr-settings-Settings-0123456789ab',
      )}

Listing needs dynamodb:Scan on the table, and cloudformation:DescribeStacks to find the table and to mark
stacks that were deleted. --release and --resume need dynamodb:PutItem and dynamodb:BatchGetItem.`,
    )
    .action(async (options: ClaimsOptions) => {
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const { claimsCommand } = await import('./commands/claims.ts');
      const outcome = await claimsCommand(options, { colours: await coloursOfOutput(), now: Date.now() });
      print(outcome.text);
      code = outcome.code;
    });
}

function addSweep(): void {
  withSweepOptions(program.command('sweep'))
    .description(
      'Start a sweep of the keeper, follow it, and save its report. Exit code 0: done, 1: repositories failed.',
    )
    .addHelpText(
      'after',
      `${examples(
        'sweep --region eu-central-1',
        'sweep --again terminal-2026-11-28T120000-0a1b2c',
        'sweep --report terminal-2026-11-28T120000-0a1b2c --format csv -o sweep.csv',
        'sweep --release',
        'sweep --report latest --profile dev --profile prod --region eu-central-1 --region us-east-1',
      )}

It needs cloudformation:DescribeStacks, states:StartExecution, states:DescribeExecution, states:ListMapRuns,
states:DescribeMapRun, and s3:GetObject on the keeper's bucket.`,
    )
    .action(async (options: SweepOptions) => {
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const { sweepCommand } = await import('./commands/sweep.ts');
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const context = { version, colours: await coloursOfOutput(), terminal: errorScreen, stop: stop.signal };
      const outcome = await sweepCommand(options, context);
      print(outcome.text);
      code = outcome.code;
    });
}

function addUses(): void {
  withUsesOptions(program.command('uses'))
    .description(
      'List the stacks that need the application, before you remove it. Exit code 1: there are some.',
    )
    .addHelpText(
      'after',
      `${examples('uses --region eu-central-1', 'uses --profile prod --json')}

It needs cloudformation:ListStacks and cloudformation:GetTemplate.`,
    )
    .action(async (options: UsesOptions) => {
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const { usesCommand } = await import('./commands/uses.ts');
      const outcome = await usesCommand(options, await coloursOfOutput());
      print(outcome.text);
      code = outcome.code;
    });
}

function addDistribute(): void {
  withDistributeOptions(program.command('distribute'))
    .description('Copy the files of a release into the bucket of each Region, for an organisation.')
    .argument('<folder>', 'the release, such as release/0.3.0')
    .addHelpText(
      'after',
      `${examples('distribute release/0.3.0 --bucket-prefix acme-code --region eu-west-1 --region us-east-1')}

It refuses files that are not those of SHA256SUMS, and reads back the sums of what it has copied.
It needs s3:GetObject, s3:ListBucket and s3:PutObject on the buckets.`,
    )
    .action(async (folder: string, options: DistributeOptions) => {
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const { distributeCommand } = await import('./commands/distribute.ts');
      const outcome = await distributeCommand(folder, options);
      print(outcome.text);
      code = outcome.code;
    });
}

function addExplain(): void {
  program
    .command('explain')
    .description('Explain a control, and how to fix its findings.')
    .argument('[control]', 'such as TagImmutability; omit it for all controls')
    .addHelpText('after', examples('explain', 'explain TagImmutability'))
    .action(async (control: string | undefined) => {
      const { explainCommand } = await import('./commands/explain.ts');
      print(explainCommand(control, await coloursOfOutput()));
    });
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ecr-hardening ${line}`).join('\n')}`;
}

// Commands load their libraries when they run, so that the others start fast.
program.parseAsync().then(
  () => {
    process.exitCode = code;
  },
  (error: unknown) => {
    for (const line of sentenceOf(error).split('\n')) printProblem(line);
    process.exitCode = 2;
  },
);

/** One line for what the user can fix. */
function sentenceOf(error: unknown): string {
  if (isProblem(error)) return visible(error.message);
  const stack = error instanceof Error ? error.stack : String(error);
  return `Internal error in ecr-hardening; nothing was written: ${stack}`;
}
