/** How every client of the SDK is made here. */

/** A function's environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Keys of AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** How many connections there are, and whether they are kept. */
export interface AgentSettings {
  readonly maxSockets: number;
  readonly keepAlive: boolean;
}

/** Endpoint and credentials; what is left out is found by the SDK. */
export interface ClientSettings {
  readonly region?: string;
  /** Keys, or a provider of keys, which is called again when they have expired. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  /** One of the profiles in AWS's configuration files. */
  readonly profile?: string;
  /** How connections are made. */
  readonly requestHandler?: {
    readonly httpAgent: AgentSettings;
    readonly httpsAgent: AgentSettings;
    /** Milliseconds. */
    readonly connectionTimeout: number;
  };
  /** A URL, where it is not AWS's own. */
  readonly endpoint?: string;
  readonly useDualstackEndpoint?: boolean;
  readonly useFipsEndpoint?: boolean;
  readonly retryMode?: 'standard';
  readonly defaultsMode?: 'legacy';
  readonly authSchemePreference?: string[];
  readonly userAgentAppId?: () => Promise<undefined>;
  readonly disableClockSkewCorrection?: false;
  /** `retryUntil` makes the retries, which end with the deadline and not before. */
  readonly maxAttempts?: 1;
}

/**
 * Everything is given explicitly, so that none of the SDK's loaders for configuration files runs at a cold start: what the
 * SDK would take where no file says otherwise.
 *
 * @param environment AWS_REGION, and where a local endpoint is meant `AWS_ENDPOINT_URL_<SERVICE>` or AWS_ENDPOINT_URL
 * @param service such as ECR
 */
export function clientSettings(environment: Environment, service: string): ClientSettings {
  const endpoint = localEndpoint(environment, service);
  return {
    region: environment.AWS_REGION ?? 'us-east-1',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    retryMode: 'standard',
    maxAttempts: 1,
    defaultsMode: 'legacy',
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
    disableClockSkewCorrection: false,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** The local endpoint that the environment names, if any; the service's own variable is the stronger, as in every SDK. */
export function localEndpoint(environment: Environment, service: string): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}
