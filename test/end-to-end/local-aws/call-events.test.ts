import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateRepositoryCommand, PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import { expect, test } from '@jest/globals';
import { uniqueName } from '../support/stacks.ts';
import { clientsIn, eventsMatching } from './ecr-scans-support.ts';

const region = 'eu-south-2';
const { ecr, events, sqs } = clientsIn(region);
const cloudtrail = new CloudTrailClient({
  endpoint: process.env.AWS_ENDPOINT_URL ?? '',
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

test('calls of ECR are events while a trail logs, also those that fail, and no others', async () => {
  const [before, repositoryName, after] = ['before', 'during', 'after'].map(uniqueName);
  const Name = uniqueName('trail');
  const received = await eventsMatching({ events, sqs }, { 'detail-type': ['AWS API Call via CloudTrail'] });
  const create = (name = '') => ecr.send(new CreateRepositoryCommand({ repositoryName: name }));

  await create(before);
  await cloudtrail.send(new CreateTrailCommand({ Name, S3BucketName: 'trails' }));
  await cloudtrail.send(new StartLoggingCommand({ Name }));
  await create(repositoryName);
  const mutable = { repositoryName, imageTagMutability: 'MUTABLE' } as const;
  await ecr.send(new PutImageTagMutabilityCommand(mutable));
  await expect(create(repositoryName)).rejects.toThrow('already exists');
  await cloudtrail.send(new StopLoggingCommand({ Name }));
  await create(after);

  const found = await received(3);
  expect(found).toHaveLength(3);
  const common = {
    source: 'aws.ecr',
    region,
    detail: {
      eventSource: 'ecr.amazonaws.com',
      awsRegion: region,
      sourceIPAddress: '127.0.0.1',
      eventID: expect.any(String),
      userIdentity: { type: 'IAMUser', arn: expect.stringMatching(/^arn:aws:iam::\d{12}:user\//) },
    },
  };
  for (const event of found) expect(event).toMatchObject(common);
  const details = found
    .map(({ detail }) => detail)
    .toSorted((one, other) => (one.errorCode ? 1 : other.errorCode ? -1 : 0));
  expect(details).toMatchObject([
    {
      eventName: 'CreateRepository',
      requestParameters: { repositoryName },
      responseElements: { repository: { repositoryName, registryId: expect.stringMatching(/^\d{12}$/) } },
    },
    { eventName: 'PutImageTagMutability', requestParameters: mutable },
    { eventName: 'CreateRepository', errorCode: 'RepositoryAlreadyExistsException' },
  ]);
});
