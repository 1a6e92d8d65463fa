const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows steps that run at the same time: a line each when it is done, and a moving one while any runs (on a
 * terminal only).
 */
export function showProgress(stream = process.stderr) {
  const running = new Set();
  const isLive = stream.isTTY === true && !process.env.CI;
  let frame = 0;
  const clear = () => isLive && stream.write('\r\u001b[2K');
  const draw = () => {
    if (!isLive || running.size === 0) return;
    clear();
    stream.write(
      `${frames[frame++ % frames.length]} ${[...running].join(', ')} …`.slice(0, (stream.columns ?? 80) - 1),
    );
  };
  const timer = isLive ? setInterval(draw, 100) : undefined;
  timer?.unref();
  return {
    say(line) {
      clear();
      stream.write(`${line}\n`);
    },
    async step(name, work) {
      const started = Date.now();
      running.add(name);
      draw();
      try {
        const answer = await work();
        running.delete(name);
        this.say(`✓ ${name} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
        return answer;
      } finally {
        running.delete(name);
      }
    },
    end() {
      if (timer !== undefined) clearInterval(timer);
      clear();
    },
  };
}
