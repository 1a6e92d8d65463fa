/**
 * Replaces `@smithy/core/event-streams` in the bundles (template.yaml names the alias).
 *
 * The SDK loads it for an operation that sends or receives an event stream
 * (https://smithy.io/2.0/spec/streaming.html#event-streams). No operation that is called here has one.
 */

/** @throws always */
export function eventStreamSerdeProvider(): never {
  throw new Error('the bundle has no event streams');
}

/** Called whenever a client of a service is made that has such operations, as AWS Lambda does. */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config;
}
