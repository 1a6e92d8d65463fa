/** Serves one event in a thread of its own, which can be ended at any moment: as a function's process that dies. */
import { workerData } from 'node:worker_threads';
import { handler } from '../../../../functions/custom-resource/handler.ts';

await handler(workerData, { getRemainingTimeInMillis: () => 600_000 });
