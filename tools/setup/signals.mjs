const codes = /** @type {const} */ ({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });

/**
 * Lets a signal end the process as its own end does, with what is cleaned up on `exit`.
 *
 * @returns what undoes it
 */
export function exitOnSignals() {
  const handlers = Object.entries(codes).map(([signal, code]) => {
    const exit = () => process.exit(code);
    process.once(signal, exit);
    return () => process.removeListener(signal, exit);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
