/** The stub registry in its own process, so that it does not share a thread with the program under test. */
import { startStubRegistry } from './stub-registry.ts';

const stub = await startStubRegistry(JSON.parse(process.argv[2] ?? '{}'));
process.send?.({ url: stub.url });
process.on('message', () => {
  process.send?.({ calls: Object.fromEntries(stub.calls), throttled: stub.throttled() });
});
// The parent process has ended.
process.on('disconnect', () => process.exit(0));
