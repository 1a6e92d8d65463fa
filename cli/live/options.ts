/** The options of `--live`, in a file of their own so that other commands do not load what it does. */

import type { Command } from 'commander';
import { Problem } from '../../core/problem.ts';
import { withEndpointUrl } from '../endpoint-url.ts';
import type { LiveOptions, LookAtTemplates } from './model.ts';

/** The look that the options ask for; what it does is loaded only then. */
export function lookOf(live: LiveOptions): LookAtTemplates | undefined {
  if (live.live !== true) {
    const given = [live.region, live.profile, live.endpointUrl].some((value) => value !== undefined);
    if (given)
      throw new Problem('--region, --profile and --endpoint-url are about live repositories: add --live.');
    return undefined;
  }
  // The SDK's warning about old versions of Node is not part of the report.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return async (templates, options) => {
    const { lookAtTemplates } = await import('./look.ts');
    return lookAtTemplates(templates, options, live);
  };
}

/** Adds the options to a command. */
export function withLiveOptions(command: Command): Command {
  return withEndpointUrl(
    command
      .option(
        '--live',
        'look at the repositories that are there, with your credentials: what the default lifecycle policy would delete, and who uses it',
      )
      .option(
        '--region <name>',
        "with --live: the registry's region; default: AWS_REGION or the profile's region",
      )
      .option(
        '--profile <name>',
        'with --live: a profile of ~/.aws; default: AWS_PROFILE or the environment',
      ),
    'with --live: ',
  );
}
