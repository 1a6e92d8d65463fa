/** One source of evidence: how it is connected to, called, and what becomes of its failures. */
import type { Known } from '../../core/known.ts';
import type { UnreadSource } from '../../core/usage/evidence.ts';
import { callsOf } from '../calls.ts';
import type { ClientSettings } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { isTransient } from '../faults.ts';
import { patientCall } from '../patient-calls.ts';
import { operationOf, type ReadableSource, type UsageAction, usageActions } from './actions.ts';
import { type GoneError, isGone } from './gone.ts';
import type { NamedImage, References } from './references.ts';
import { foremost, isTransientWhereAvailable, unreadOf } from './unread.ts';
import type { UsageReadOptions, UsageRegistry } from './usage-reads.ts';

/** One source while it is read. */
export interface SourceReading<Client, Source extends ReadableSource> {
  readonly registry: UsageRegistry;
  readonly options: UsageReadOptions;
  /** Calls the service, paced and with retries until the deadline. @throws AwsCallError, OutOfTime */
  call<Output>(
    action: UsageAction<Source>,
    send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  ): Promise<Output>;
  /**
   * Runs a part of the reading. If it fails the source counts as not read, and the other parts go on.
   *
   * @param gone errors that are no failure: what the part is about was deleted after it had been listed
   */
  part(action: UsageAction<Source>, work: () => Promise<void>, gone?: readonly GoneError[]): Promise<void>;
  /** Records that the source was not read, or not all of it. */
  unread(reason: UnreadSource): void;
  /** Records that something uses an image. */
  found(arn: string | undefined, image: NamedImage): void;
}

/** A source, as its own file describes it. */
export interface SourceAdapter<Client extends { destroy(): void }, Source extends ReadableSource> {
  readonly source: Source;
  /** The service in `AWS_ENDPOINT_URL_<SERVICE>`. */
  readonly service: string;
  /** Whether every Region has the service, so that a host without an address is a fault of the network. */
  readonly isInEveryRegion: boolean;
  connect(settings: ClientSettings): Client;
  read(reading: SourceReading<Client, Source>): Promise<void>;
}

/** A source that is connected to. */
export interface OpenSource {
  /** Reads all of it into `references`. Never throws. @returns how many references it has, or why it was not read */
  read(
    registry: UsageRegistry,
    references: References,
    options: UsageReadOptions,
  ): Promise<Known<number, UnreadSource>>;
  close(): void;
}

/** How sources are connected to. */
export interface UsageOptions {
  /** @param service such as ECS */
  readonly settings: (service: string) => ClientSettings;
  /** Ends every call. */
  readonly deadline: Deadline;
}

// Long enough for a service that throttles; the deadline ends it before.
const callMs = 2 * 60_000;
// A subnet without a route to a service must not use up the time of the others.
const firstMs = 8_000;
const maxDenials = 8;

export function openSource<Client extends { destroy(): void }, Source extends ReadableSource>(
  adapter: SourceAdapter<Client, Source>,
  { settings, deadline }: UsageOptions,
): OpenSource {
  const { source, service, isInEveryRegion } = adapter;
  const calls = callsOf(
    () => adapter.connect({ ...settings(service), maxAttempts: 1 }),
    isInEveryRegion ? isTransient : isTransientWhereAvailable,
  );
  const call = patientCall(calls, { callMs, firstMs, maxDenials, stop: deadline.signal });
  return {
    async read(registry, references, readOptions) {
      const reasons: UnreadSource[] = [];
      let count = 0;
      const part: SourceReading<Client, Source>['part'] = async (action, work, gone = []) => {
        try {
          await work();
        } catch (error) {
          if (!isGone(error, gone)) reasons.push(unreadOf(error, action));
        }
      };
      const reading: SourceReading<Client, Source> = {
        registry,
        options: readOptions,
        call: (action, send) => call(operationOf(action), send),
        part,
        unread: (reason) => reasons.push(reason),
        found(arn, image) {
          count += references.add({ source, arn: arn ?? '' }, image);
        },
      };
      await part(usageActions[source][0], () => adapter.read(reading));
      const reason = foremost(reasons);
      return reason === undefined ? count : { unknown: reason };
    },
    close: calls.close,
  };
}
