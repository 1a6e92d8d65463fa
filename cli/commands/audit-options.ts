/** The options of `ecr-hardening audit`, in a file of their own so that other commands do not load the audit. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isOneOf } from '../../core/json.ts';
import { type UsageSource, usageSources } from '../../core/usage/evidence.ts';
import { type FailOn, failOns } from '../fail-on.ts';
import { addPair } from '../options.ts';
import { repeated, type TargetOptions, withTargetOptions } from '../targets.ts';

export const auditFormats = ['table', 'json', 'csv', 'html', 'sarif'] as const;
export type AuditFormat = (typeof auditFormats)[number];

export interface AuditOptions extends TargetOptions {
  /** Patterns such as `*,!sandbox/*`. */
  readonly repositories?: string;
  readonly registryId?: string;
  readonly format: AuditFormat;
  readonly output?: string;
  readonly top: number;
  readonly failOn: FailOn;
  readonly tagsFile?: string;
  readonly imageQuota: number;
  readonly pushEvents: number;
  readonly lookBack: number;
  readonly keepDays: number;
  /** False by `--no-usage`. */
  readonly usage: readonly UsageSource[] | false;
  readonly sourceRegion: readonly string[];
  readonly config?: string;
  readonly configEnv: string;
  readonly parameter: Readonly<Record<string, string>>;
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const imageQuota = 100_000;
// CloudTrail returns at most 100 events a second: these take 20 seconds.
const pushEvents = 2_000;
// Most teams release within two weeks.
const lookBackDays = 14;
const keepDays = 30;
// Pulls come with the images.
const askable = usageSources.filter((source) => source !== 'pulls');

/** Adds the options to the command. */
export function withAuditOptions(command: Command): Command {
  return withReportOptions(withRegistryOptions(command))
    .option(
      '--tags-file <file>',
      'record the digest of each tag; the next audit reports tags that have moved',
    )
    .option('--image-quota <n>', "the account's quota of images per repository", wholeNumber, imageQuota)
    .option(
      '--push-events <n>',
      'maximum number of push events to read from CloudTrail; 0: none',
      wholeNumber,
      pushEvents,
    )
    .option(
      '--look-back <days>',
      'days of which it must be known that no tag moved before tags are reported as ready to be immutable',
      wholeNumber,
      lookBackDays,
    )
    .addOption(
      new Option('--usage <sources>', `services to ask what uses images: ${askable.join(',')}`)
        .argParser(sourcesOf)
        .default(askable, 'all'),
    )
    .option('--no-usage', 'ask no service what uses images; only pulls are known then')
    .option(
      '--keep-days <days>',
      'the smallest KeepImages that is reported keeps the pushes of so many days',
      wholeNumber,
      keepDays,
    )
    .option(
      '--config <file>',
      "the application's parameters: a samconfig.toml or samconfig.yaml, or a YAML or JSON map",
    )
    .option('--config-env <name>', 'the environment of samconfig.toml', 'default')
    .option(
      '-p, --parameter <name=value>',
      'a parameter of the application, such as KeepImages=50 (repeatable)',
      addPair,
      {},
    );
}

function withRegistryOptions(command: Command): Command {
  return withTargetOptions(command, 'the registry')
    .option(
      '--repositories <patterns>',
      'which repositories: names or patterns with *, separated by commas; with a ! in front those to leave out',
    )
    .option(
      '--registry-id <account>',
      'the registry of another account; its policies must allow you to read it',
      accountId,
    )
    .option(
      '--source-region <name>',
      'a Region of this account that replicates into the registry (repeatable)',
      repeated,
      [],
    );
}

function withReportOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'output format').choices([...auditFormats]).default('table'))
    .option('-o, --output <file>', 'write the report to a file')
    .option('--top <n>', 'maximum rows of the table, most severe first; 0: all', wholeNumber, 30)
    .addOption(
      new Option('--fail-on <level>', 'minimum level of findings for exit code 1')
        .choices([...failOns])
        .default('never'),
    );
}

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('It must be a 12-digit AWS account ID.');
  return text;
}

function sourcesOf(text: string): readonly UsageSource[] {
  return text.split(',').map((name) => {
    if (!isOneOf(askable, name))
      throw new InvalidArgumentError(`It must be a list of ${askable.join(', ')}.`);
    return name;
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
