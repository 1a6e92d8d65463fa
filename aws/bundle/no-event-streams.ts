/**
 * Stands in for `@smithy/core/event-streams` in the bundle (template.yaml names the alias).
 *
 * The SDK's protocol code loads it for operations that stream events; ECR has none, so it is never called.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('ECR streams no events');
  }
}

/** As above: never called. */
export function eventStreamSerdeProvider(): never {
  throw new Error('ECR streams no events');
}
