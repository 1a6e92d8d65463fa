import { styleText } from 'node:util';

/** Where lines go; `live` says whether a line may be written over. */
export interface Screen {
  readonly live: boolean;
  write(text: string): void;
}

export const terminal: Screen = {
  live: process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
  write: (text) => void process.stdout.write(text),
};

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const eraseLine = '\r\u001b[2K';

/** Waits for one step and writes a line for it, with the time that it took, when it is over. */
export async function step<T>(screen: Screen, label: string, work: Promise<T>): Promise<T> {
  const started = performance.now();
  let mark = styleText('red', '✗');
  try {
    const result = await spinning(screen, label, work, started);
    mark = styleText('green', '✓');
    return result;
  } finally {
    screen.write(line(mark, label, started));
  }
}

/** Waits for a piece of work that writes its own lines later; a live screen shows that it goes on. */
export async function spinning<T>(
  screen: Screen,
  label: string,
  work: Promise<T>,
  started = performance.now(),
): Promise<T> {
  if (!screen.live) return await work;
  let frame = 0;
  const timer = setInterval(() => {
    const mark = styleText('cyan', frames[frame % frames.length] ?? '');
    frame += 1;
    screen.write(eraseLine + line(mark, label, started).trimEnd());
  }, 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    screen.write(eraseLine);
  }
}

function line(mark: string, label: string, started: number): string {
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  return `  ${mark} ${label.slice(0, 66).padEnd(66)}${styleText('dim', seconds.padStart(8))}\n`;
}
