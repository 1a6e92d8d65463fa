import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { authorization } from '../../aws/ecr/authorization.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { connect as connectEcr } from '../../aws/ecr/connection.ts';
import { repositoryCreation } from '../../aws/ecr/creation.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../aws/ecr/lifecycle-policies.ts';
import { lifecyclePolicyWrites } from '../../aws/ecr/lifecycle-policy-writes.ts';
import { repositoryReads } from '../../aws/ecr/repositories.ts';
import { repositoryPolicyWrites } from '../../aws/ecr/repository-policies.ts';
import { scanningReads } from '../../aws/ecr/scanning.ts';
import type { LocalAws } from '../local-aws.ts';

/** The operations of ECR that the demonstration calls. */
const registryOperations = (calls: EcrCalls) => ({
  ...repositoryReads(calls),
  ...repositoryCreation(calls),
  ...repositoryPolicyWrites(calls),
  ...lifecyclePolicyReads(calls),
  ...lifecyclePolicyWrites(calls),
  ...scanningReads(calls),
  ...imageReads(calls),
  ...authorization(calls),
});
export type Registry = ReturnType<typeof registryOperations>;

/** The clients of the demo, connected to the local AWS. */
export interface Clients {
  readonly endpoint: string;
  readonly cloudformation: CloudFormationClient;
  readonly registry: Registry;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** The local AWS, as a client of the SDK takes it. */
export interface LocalConfiguration {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Every option is set, so that the user's profile and environment cannot direct a call to a real account. */
export function localConfiguration(aws: Pick<LocalAws, 'endpoint' | 'environment'>): LocalConfiguration {
  return {
    endpoint: aws.endpoint,
    region: aws.environment.AWS_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: aws.environment.AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: aws.environment.AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  };
}

const callMs = 60_000;

export function connect(aws: Pick<LocalAws, 'endpoint' | 'environment'>): Clients {
  const configuration = localConfiguration(aws);
  return {
    endpoint: aws.endpoint,
    cloudformation: new CloudFormationClient(configuration),
    registry: connectEcr(configuration, registryOperations).patiently({ callMs }),
    sns: new SNSClient(configuration),
    sqs: new SQSClient(configuration),
  };
}
