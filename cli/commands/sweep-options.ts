/** What `ecr-hardening sweep` takes; apart from what it does, so that other commands do not load that. */
import { type Command, Option } from 'commander';
import { type TargetOptions, withTargetOptions } from '../targets.ts';

export const sweepFormats = ['html', 'json', 'csv'] as const;
export type SweepFormat = (typeof sweepFormats)[number];

export interface SweepOptions extends TargetOptions {
  /** Patterns of the repositories that the report has. */
  readonly repositories?: string;
  readonly stackName: string;
  readonly again?: string;
  readonly release?: boolean;
  readonly report?: string;
  readonly format: SweepFormat;
  readonly output?: string;
  /** False with --no-open. */
  readonly open: boolean;
}

/** Adds the options to the command. */
export function withSweepOptions(command: Command): Command {
  return withTargetOptions(command, 'the application')
    .option(
      '--repositories <patterns>',
      'which repositories are in the report, such as *,!sandbox/*; KeeperScope decides which are swept',
    )
    .option('--stack-name <name>', "the application's stack", 'ecr-hardening')
    .addOption(
      new Option('--again <execution>', 'sweep only what an earlier execution did not finish').conflicts([
        'release',
        'report',
      ]),
    )
    .addOption(
      new Option('--release', "release the keeper's claims, and restore the original settings").conflicts(
        'report',
      ),
    )
    .option(
      '--report <execution>',
      'start nothing: follow this execution, or show how it ended; latest: the last that has finished',
    )
    .addOption(new Option('--format <format>', 'the report to save').choices(sweepFormats).default('html'))
    .option(
      '-o, --output <file>',
      'where to save the report; by default sweep-EXECUTION in the current folder',
    )
    .option('--no-open', 'do not open the page in a browser');
}
