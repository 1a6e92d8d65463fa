/** Serves one event in a process of its own, which can be killed at any moment, as a function's can. */
import { handler } from '../../../../functions/custom-resource/handler.ts';

process.once('message', async (event) => {
  await handler(event, { getRemainingTimeInMillis: () => 600_000 });
  process.exit();
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit());
