/** Whether a request can come from CloudFormation in the function's own account and Region, by the request alone. */

/** Where the function runs. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** What of a request is looked at. */
export interface Sender {
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly requestId: string;
  readonly responseUrl: string;
}

/** Why a request is refused before CloudFormation is asked. */
export type OriginIssue =
  /** The responses would go somewhere else than to CloudFormation. */
  | 'response-url'
  /** The stack is of another account, Region or partition. */
  | 'foreign-stack';

/** @param invokedFunctionArn of Lambda's context; may name a version or an alias */
export function homeOf(invokedFunctionArn: string | undefined): Home | undefined {
  const [arn, partition, service, region, account] = (invokedFunctionArn ?? '').split(':');
  return arn === 'arn' && partition && service === 'lambda' && region && account
    ? { partition, region, account }
    : undefined;
}

/** Whether a stack is of that account, Region and partition. */
export function isOwnStack(stackId: string, home: Home): boolean {
  const { partition, region, account } = home;
  return stackId.startsWith(`arn:${partition}:cloudformation:${region}:${account}:stack/`);
}

/**
 * By partition; https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html and the
 * partitions of AWS's SDKs.
 */
const dnsSuffixes: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html; the rest of the host depends
// on the partition and the Region.
const bucketPrefix = 'cloudformation-custom-resource-response-';

/** Whether a URL is one that CloudFormation makes for the responses to this request. */
export function isResponseUrl({ responseUrl, ...request }: Sender, { partition }: Home): boolean {
  const url = URL.parse(responseUrl);
  const suffix = dnsSuffixes[partition];
  return (
    url !== null &&
    suffix !== undefined &&
    url.protocol === 'https:' &&
    `${url.username}${url.password}${url.port}` === '' &&
    url.hostname.startsWith(bucketPrefix) &&
    url.hostname.endsWith(`.${suffix}`) &&
    pathsOf(request).includes(pathOf(url) ?? '')
  );
}

/** What the path holds. AWS's example of another partition has `arn:aws:` there, unlike its StackId. */
function pathsOf({ stackId, logicalResourceId, requestId }: Omit<Sender, 'responseUrl'>): readonly string[] {
  return [stackId, stackId.replace(/^arn:[^:]*:/, 'arn:aws:')].map(
    (stack) => `/${stack}|${logicalResourceId}|${requestId}`,
  );
}

/** Such as `/arn%3Aaws%3Acloudformation%3A...%3Astack/name/id%7CLogicalId%7CRequestId`, decoded. */
function pathOf({ pathname }: URL): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

/**
 * Whether a URL is on this machine, or on the one of the endpoint: for a local AWS.
 *
 * @param endpoint the URL of the local AWS
 */
export function isLocalUrl(responseUrl: string, endpoint: string): boolean {
  const url = URL.parse(responseUrl);
  const hosts = ['localhost', '127.0.0.1', '[::1]', URL.parse(endpoint)?.hostname];
  return url !== null && ['http:', 'https:'].includes(url.protocol) && hosts.includes(url.hostname);
}
