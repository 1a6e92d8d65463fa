/** What `ecr-hardening claims` takes; apart from what it does, so that other commands do not load that. */
import type { Command } from 'commander';
import { withEndpointUrl } from '../endpoint-url.ts';

export interface ClaimsOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly table?: string;
  readonly stackName: string;
  readonly repository?: string;
  readonly release?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

/** Adds the options to the command. */
export function withClaimsOptions(command: Command): Command {
  return withEndpointUrl(
    command
      .option('--region <name>', "the table's Region; by default AWS_REGION or the profile's")
      .option('--profile <name>', 'a profile of ~/.aws; by default AWS_PROFILE or the environment'),
  )
    .option('--table <name>', "the claims table; by default the one that the application's stack uses")
    .option('--stack-name <name>', "the application's stack", 'ecr-hardening')
    .option('--repository <name>', 'the claims of this repository only')
    .option('--release <holder>', 'release the claims of this holder; settings do not change')
    .option('--resume <repository>', 'let the keeper work again on a repository that it leaves alone')
    .option('--json', 'output as JSON');
}
