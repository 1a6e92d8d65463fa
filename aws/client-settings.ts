/** How every client of the SDK is made here. */

/** A function's environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Everything is given explicitly, so that none of the SDK's loaders for configuration files runs at a cold start.
 *
 * @param environment AWS_REGION, and where a local endpoint is meant `AWS_ENDPOINT_URL_<SERVICE>` or AWS_ENDPOINT_URL
 * @param service such as ECR
 */
export function clientSettings(environment: Environment, service: string) {
  const endpoint = localEndpoint(environment, service);
  return {
    region: environment.AWS_REGION ?? 'us-east-1',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    retryMode: 'standard',
    // Repeating is persist's part.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** The local endpoint that the environment names, if any; the service's own variable is the stronger, as in every SDK. */
export function localEndpoint(environment: Environment, service: string): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}
