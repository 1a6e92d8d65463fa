/**
 * The calls that `Custom::EcrSettings` makes for one repository, by AWS's SDK alone: its three clients with the function's
 * settings, one call after the other where the function has to wait, and nothing that decides anything.
 */
import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { BatchGetItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetRegistryScanningConfigurationCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
} from '@aws-sdk/client-ecr';
import { clientSettings } from '../aws/client-settings.ts';

interface Event {
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: { readonly RepositoryName: string };
}

export async function handler({ StackId, LogicalResourceId, ResourceProperties }: Event): Promise<void> {
  const repositoryName = ResourceProperties.RepositoryName;
  const stacks = new CloudFormationClient(clientSettings(process.env, 'CLOUDFORMATION'));
  const ecr = new ECRClient(clientSettings(process.env, 'ECR'));
  const table = new DynamoDBClient(clientSettings(process.env, 'DYNAMODB'));
  const key = { Repository: { S: repositoryName } };
  const read = () =>
    table.send(new BatchGetItemCommand({ RequestItems: { claims: { Keys: [key], ConsistentRead: true } } }));
  const write = () => table.send(new PutItemCommand({ TableName: 'claims', Item: key }));
  const describe = () => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));

  await stacks.send(new DescribeStackResourceCommand({ StackName: StackId, LogicalResourceId }));
  await Promise.all([describe(), read()]);
  await read();
  await write();
  await read();
  await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  const imageScanningConfiguration = { scanOnPush: true };
  await ecr.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration }));
  await describe();
  await Promise.all([
    ecr.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repositoryName] })),
    ecr.send(new GetRegistryScanningConfigurationCommand({})),
  ]);
  await write();
}
