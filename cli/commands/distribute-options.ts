/** What `ecr-hardening distribute` takes; apart from what it does, so that other commands do not load that. */
import { type Command, InvalidArgumentError } from 'commander';
import { type TargetOptions, withTargetOptions } from '../targets.ts';

export interface DistributeOptions extends TargetOptions {
  readonly bucketPrefix: string;
  readonly keyPrefix?: string;
  readonly bucketOwner?: string;
  readonly replace?: boolean;
}

/** Adds the options to the command. */
export function withDistributeOptions(command: Command): Command {
  return withTargetOptions(command, 'the bucket')
    .requiredOption(
      '--bucket-prefix <name>',
      'the buckets without their Region, such as acme-code for acme-code-eu-west-1',
      bucketPrefix,
    )
    .option(
      '--key-prefix <prefix>',
      'the folder in the buckets, with a slash at its end; default: ecr-hardening/VERSION/',
      keyPrefix,
    )
    .option(
      '--bucket-owner <account>',
      'the account that owns the buckets; default: the number at the end of --bucket-prefix, or the account of --role-arn',
      account,
    )
    .option('--replace', 'replace files of the same name that have another content');
}

function bucketPrefix(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(text))
    throw new InvalidArgumentError('It must be the name of a bucket without its Region.');
  return text;
}

function account(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('It must be the number of an AWS account.');
  return text;
}

function keyPrefix(text: string): string {
  if (!/^([\w.-]+\/)+$/.test(text))
    throw new InvalidArgumentError('It must be a folder, such as acme/0.3.0/.');
  return text;
}
