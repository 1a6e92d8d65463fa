import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../local-aws.ts';

/** The SDK clients of the demo, connected to the local AWS. */
export interface Clients {
  readonly endpoint: string;
  readonly cloudformation: CloudFormationClient;
  readonly ecr: ECRClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** Every option is set, so that the user's profile and environment cannot direct a call to a real account. */
export function connect(aws: Pick<LocalAws, 'endpoint' | 'environment'>): Clients {
  const configuration = {
    endpoint: aws.endpoint,
    region: aws.environment.AWS_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: aws.environment.AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: aws.environment.AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  };
  return {
    endpoint: aws.endpoint,
    cloudformation: new CloudFormationClient(configuration),
    ecr: new ECRClient(configuration),
    sns: new SNSClient(configuration),
    sqs: new SQSClient(configuration),
  };
}
