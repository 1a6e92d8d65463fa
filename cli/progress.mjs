// The one display of progress, for set-up, `npm start` and the audit. Plain JavaScript without a package, for Node 20 and
// later: set-up shows its steps with it before any package is installed.

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const eraseLine = '\r\u001b[2K';
const maxLabelWidth = 66;
const barWidth = 30;

/**
 * A stream as far as it is used. Only where `isTTY` is true, a line is drawn that is written over.
 *
 * @typedef {{ readonly isTTY?: boolean, readonly columns?: number, write(text: string): unknown }} Screen
 */

/**
 * @typedef {(text: string) => string} Paint
 * @typedef {{ readonly red: Paint, readonly green: Paint, readonly cyan: Paint, readonly dim: Paint }} StepColours
 */

/** @type {StepColours} */
const plain = { red: String, green: String, cyan: String, dim: String };

/**
 * A line at the bottom of the screen, drawn again and again from `start` to `stop`.
 *
 * @param {Screen} screen
 * @param {(frame: string) => string} text what it holds now
 */
function liveLine(screen, text) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let count = 0;
  const draw = () => {
    const line = text(frames[count % frames.length] ?? '');
    count += 1;
    screen.write(`${eraseLine}${line}`);
  };
  return {
    start() {
      if (screen.isTTY !== true || timer !== undefined) return;
      draw();
      timer = setInterval(draw, frameMs);
      timer.unref();
    },
    /** Makes room for a line that stays. */
    erase() {
      if (timer !== undefined) screen.write(eraseLine);
    },
    stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      screen.write(eraseLine);
    },
  };
}

/**
 * Shows steps that may run at the same time: a moving line while any runs, and a line for each that has ended.
 *
 * @param {Screen} screen
 * @param {StepColours} colours
 */
export function showSteps(screen, { red, green, cyan, dim } = plain) {
  /** @type {Map<string, number>} */
  const running = new Map();
  const line = liveLine(screen, (frame) =>
    stepLine(
      screen,
      cyan(frame),
      [...running.keys()].join(', '),
      dim(timeSince(Math.min(...running.values()))),
    ),
  );
  /**
   * Waits for work that writes its own lines later.
   *
   * @template T
   * @param {string} label
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  const spin = async (label, work) => {
    running.set(label, performance.now());
    line.start();
    try {
      return await work;
    } finally {
      running.delete(label);
      if (running.size === 0) line.stop();
    }
  };
  return {
    spin,
    /**
     * Waits for work, then writes a line with the time that it took.
     *
     * @template T
     * @param {string} label
     * @param {Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(label, work) {
      const started = performance.now();
      let mark = red('✗');
      try {
        const result = await spin(label, work);
        mark = green('✓');
        return result;
      } finally {
        line.erase();
        screen.write(`${stepLine(screen, mark, label, dim(timeSince(started)))}\n`);
      }
    },
    /** @param {string} message a line that stays */
    report(message) {
      line.erase();
      screen.write(`${message}\n`);
    },
  };
}

/**
 * @param {Screen} screen
 * @param {string} mark
 * @param {string} label
 * @param {string} time
 */
function stepLine({ columns = 80 }, mark, label, time) {
  const width = Math.min(maxLabelWidth, columns - 14);
  return `  ${mark} ${label.slice(0, width).padEnd(width)}${time}`;
}

/** @param {number} started by `performance.now()` */
function timeSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(8);
}

/**
 * Shows how much of a known number is done, and the time left; nothing where the screen is not a terminal.
 *
 * @param {Screen} screen
 * @param {string} what is counted, such as `repositories`
 */
export function showCount(screen, what) {
  // Reading `performance` would load a module of Node's, also where nothing is shown.
  const started = Date.now();
  let done = 0;
  let total = 0;
  const line = liveLine(screen, () => {
    const count = `${done} of ${total} ${what}, ${timeLeft(Date.now() - started, done, total)} left`;
    // A line that is longer than the terminal is wide goes on in the next one, and is not written over.
    const columns = screen.columns || 80;
    const width = Math.min(barWidth, columns - count.length - 2);
    if (width < 1) return count.slice(0, columns - 1);
    const filled = total === 0 ? 0 : Math.round((width * done) / total);
    return `${'█'.repeat(filled).padEnd(width, '░')} ${count}`;
  });
  return {
    /**
     * @param {number} nowDone
     * @param {number} nowTotal
     */
    update(nowDone, nowTotal) {
      done = nowDone;
      total = nowTotal;
      line.start();
    },
    end: line.stop,
  };
}

/**
 * Minutes and seconds, by the average so far.
 *
 * @param {number} elapsedMs
 * @param {number} done
 * @param {number} total
 */
function timeLeft(elapsedMs, done, total) {
  if (done === 0) return '-:--';
  const seconds = Math.ceil((elapsedMs / done) * ((total - done) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
