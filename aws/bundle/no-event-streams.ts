/**
 * Replaces `@smithy/core/event-streams` in the bundles (template.yaml names the alias).
 *
 * The SDK loads it for an operation that sends or receives an event stream
 * (https://smithy.io/2.0/spec/streaming.html#event-streams). ECR, SNS and DynamoDB have none.
 *
 * @throws always
 */
export function eventStreamSerdeProvider(): never {
  throw new Error('the bundle has no event streams');
}
