import { execFile } from 'node:child_process';
import { projectRoot } from '../../../local/paths.ts';
import { bin, buildBin, compiledBefore } from '../../support/command.ts';
import { clients } from './stacks.ts';

/** What a command came to. */
export interface CommandEnded {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the command with the local AWS as the registry; one service may be at another address.
 *
 * @param folder the user's home
 * @param cwd in which it runs, by default the project
 */
export function runCommand(
  args: readonly string[],
  {
    folder,
    cwd = projectRoot,
    environment = {},
  }: {
    readonly folder: string;
    readonly cwd?: string;
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<CommandEnded> {
  buildBin();
  return new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: clients.endpoint,
      ...compiledBefore,
      ...environment,
    };
    execFile(process.execPath, [bin, ...args], { cwd, env, maxBuffer: 64_000_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}
