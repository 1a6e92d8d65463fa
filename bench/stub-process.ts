/**
 * The stubs in a process of their own, so that they do not share a thread with the program under test: the registry, and
 * with `settings` also the claims table and CloudFormation, for a custom resource.
 */
import { startStubClaims } from './stub-claims.ts';
import { type StubOptions, startStubRegistry } from './stub-registry.ts';
import { startSettings } from './stub-settings.ts';
import { startStack } from './stub-stack.ts';

/** What the process is started with, as JSON. */
export interface StubProcessOptions extends StubOptions {
  /** Whether the settings of repositories can be written. */
  readonly settings?: boolean;
}

/** What it answers to any message: everything since it started or was reset, which the message 'reset' does. */
export interface StubCounts {
  /** Of ECR, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly throttledBy: Readonly<Record<string, number>>;
  readonly throttled: number;
  readonly mostAtOnce: number;
  /** Of the claims table. */
  readonly claimsCalls: Readonly<Record<string, number>>;
  /** What does not fit AWS's models. */
  readonly problems: readonly string[];
  /** How many repositories have all three settings. */
  readonly done: number;
  /** The responses of the custom resource. */
  readonly answers: readonly string[];
}

const options: StubProcessOptions = JSON.parse(process.argv[2] ?? '{}');
const settings = options.settings === true ? startSettings(options.repositories) : undefined;
const stub = await startStubRegistry({ ...options, ...(settings && { answers: settings.answers }) });
const claims = settings && (await startStubClaims(options.latencyMs));
const stack = settings && (await startStack());
process.send?.({ url: stub.url, claimsUrl: claims?.url, stackUrl: stack?.url });
process.on('message', (message) => {
  if (message === 'reset') for (const each of [settings, stub, claims, stack]) each?.reset();
  process.send?.({
    calls: Object.fromEntries(stub.calls),
    throttledBy: Object.fromEntries(stub.throttledBy),
    throttled: stub.throttled(),
    mostAtOnce: stub.mostAtOnce(),
    claimsCalls: Object.fromEntries(claims?.calls ?? []),
    problems: [stub, claims, stack].flatMap((each) => [...(each?.problems ?? [])]),
    done: settings?.done() ?? 0,
    answers: stack?.answers ?? [],
  } satisfies StubCounts);
});
// The parent process has ended.
process.on('disconnect', () => process.exit(0));
