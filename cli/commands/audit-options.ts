/** What `ecr-hardening audit` takes; apart from what it does, so that other commands do not load that. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addPair } from '../options.ts';
import { type FailOn, failOns } from './check.ts';

export const auditFormats = ['table', 'json', 'csv', 'html', 'sarif'] as const;
export type AuditFormat = (typeof auditFormats)[number];

export interface AuditOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly registryId?: string;
  readonly format: AuditFormat;
  readonly output?: string;
  readonly top: number;
  readonly failOn: FailOn;
  readonly tagsFile?: string;
  readonly imageQuota: number;
  readonly pushEvents: number;
  readonly config?: string;
  readonly configEnv: string;
  readonly parameter: Readonly<Record<string, string>>;
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const imageQuota = 100_000;
// CloudTrail answers 100 events a second at most: these take 20 seconds.
const pushEvents = 2_000;

/** Adds the options to the command. */
export function withAuditOptions(command: Command): Command {
  return command
    .option('--region <name>', "the registry's region; left out, AWS_REGION or the profile's")
    .option('--profile <name>', 'a profile of ~/.aws; left out, AWS_PROFILE or the environment')
    .option('--endpoint-url <url>', 'another endpoint, such as a local AWS', url)
    .option('--registry-id <account>', "another account's registry, which must let you read it", accountId)
    .addOption(new Option('--format <format>', 'how to say it').choices([...auditFormats]).default('table'))
    .option('-o, --output <file>', 'write the report into a file')
    .option('--top <n>', 'rows of the table at most, the worst first; 0: all', wholeNumber, 30)
    .addOption(
      new Option('--fail-on <level>', 'from which level on findings end with exit code 1')
        .choices([...failOns])
        .default('never'),
    )
    .option('--tags-file <file>', 'remembers where tags point: the next audit sees which have moved')
    .option('--image-quota <n>', "the account's quota of images in a repository", wholeNumber, imageQuota)
    .option(
      '--push-events <n>',
      "read so many of CloudTrail's pushes at most; 0: none",
      wholeNumber,
      pushEvents,
    )
    .option('--config <file>', "the application's parameters: a samconfig.toml, or a map in YAML or JSON")
    .option('--config-env <name>', 'the environment of samconfig.toml', 'default')
    .option(
      '-p, --parameter <name=value>',
      'one such parameter, such as KeepImages=50 (repeatable)',
      addPair,
      {},
    );
}

function url(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It must be a URL, such as http://127.0.0.1:4566.');
  return text;
}

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('It must be the 12 digits of an AWS account.');
  return text;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
