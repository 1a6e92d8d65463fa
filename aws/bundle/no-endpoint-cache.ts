/**
 * Takes the place of `@aws-sdk/endpoint-cache` in the bundles of functions (template.yaml, Alias): DynamoDB's client keeps the
 * endpoints there that it has discovered, and here it discovers none (`endpointDiscoveryEnabled` in aws/claims).
 */
export class EndpointCache {}
