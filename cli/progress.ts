/** A bar with the time left, for whoever watches a terminal. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

/** @param stream where it is drawn; nothing is, unless that is a terminal */
export function startProgress(stream: NodeJS.WriteStream, what: string): Progress {
  if (stream.isTTY !== true) return { update: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: `{bar} {value} of {total} ${what}, {eta_formatted} left`,
    stream,
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 200,
    // The command ends by itself at Ctrl-C, with what it has.
    gracefulExit: false,
  });
  let isStarted = false;
  return {
    update(done, total) {
      if (!isStarted) bar.start(total, done);
      else {
        bar.setTotal(total);
        bar.update(done);
      }
      isStarted = true;
    },
    end: () => bar.stop(),
  };
}
