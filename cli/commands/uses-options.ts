/** What `ecr-hardening uses` takes; apart from what it does, so that other commands do not load that. */
import type { Command } from 'commander';
import { withEndpointUrl } from '../endpoint-url.ts';

export interface UsesOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly json?: boolean;
}

/** Adds the options to the command. */
export function withUsesOptions(command: Command): Command {
  return withEndpointUrl(
    command
      .option('--region <name>', "the stacks' Region; by default AWS_REGION or the profile's")
      .option('--profile <name>', 'a profile of ~/.aws; by default AWS_PROFILE or the environment'),
  ).option('--json', 'output as JSON');
}
