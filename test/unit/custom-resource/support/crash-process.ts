/** Serves one event in a process of its own, which can be killed at any moment, as a function's can. */
import { handler } from '../../../../functions/custom-resource/handler.ts';

process.once('message', async ({ event, remainingMs }) => {
  const end = performance.now() + remainingMs;
  await handler(event, { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) });
  process.exit();
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit());
