/** Serves one event in a process of its own, which can be killed at any moment, as a function's can. */
import { handler } from '../../../../functions/custom-resource/handler.ts';
import { carriedOut, functionArn } from './stacks.ts';

process.once('message', async ({ event, remainingMs }) => {
  const end = performance.now() + remainingMs;
  const context = {
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
    invokedFunctionArn: functionArn,
  };
  await carriedOut(event, () => handler(event, context));
  process.exit();
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit());
