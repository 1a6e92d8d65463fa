/** The stub registry in a process of its own, so that it and what is measured do not share a thread. */
import { startStubRegistry } from './stub-registry.ts';

const stub = await startStubRegistry(JSON.parse(process.argv[2] ?? '{}'));
process.send?.({ url: stub.url });
process.on('message', () => {
  process.send?.({ calls: Object.fromEntries(stub.calls), throttled: stub.throttled() });
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0));
