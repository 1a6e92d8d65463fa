/** Opens a file in the browser of the person at the terminal. */
import { spawn } from 'node:child_process';

type Surroundings = Pick<NodeJS.Process, 'env' | 'platform'> & {
  readonly stdout: { readonly isTTY?: boolean | undefined };
};

/** Undefined where nobody could see it: without a terminal, in a build, on a machine without a display. */
export function openerFor({ env, platform, stdout }: Surroundings): ((file: string) => void) | undefined {
  const hasDisplay = platform !== 'linux' || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  if (stdout.isTTY !== true || env.CI !== undefined || !hasDisplay) return undefined;
  const [command, ...first] =
    platform === 'darwin' ? ['open'] : platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  return (file) => {
    if (command === undefined) return;
    // The file is named in the output, so an opener that does not work is no problem.
    spawn(command, [...first, file], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  };
}
