/** Accounts and Regions of an organisation in the local AWS, and what is deployed into them from a release. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { asObject, asText, isObject, type JsonObject } from '../../../core/json.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { projectRoot } from '../../../local/paths.ts';
import { writeSums } from '../../../local/release/sums.ts';
import { writeTemplate } from '../../../local/release/templates.ts';
import { clients } from './stacks.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

/** Clients of one account and Region: an access key of 12 digits is the account of that number. */
export function place(account: string, region: string) {
  const configuration = localConfiguration({
    endpoint: clients.endpoint,
    environment: { AWS_REGION: region, AWS_ACCESS_KEY_ID: account },
  });
  return {
    ...{ account, region },
    cloudformation: new CloudFormationClient(configuration),
    ecr: new ECRClient(configuration),
    events: new EventBridgeClient(configuration),
    iam: new IAMClient(configuration),
    s3: new S3Client({ ...configuration, forcePathStyle: true }),
    sns: new SNSClient(configuration),
    sqs: new SQSClient(configuration),
  };
}

export type Place = ReturnType<typeof place>;

/** Makes accounts members of the organisation of another one. @returns its ID */
export async function organisationOf(management: string, members: readonly string[]): Promise<string> {
  const call = async (operation: string, body: object): Promise<JsonObject> => {
    const response = await fetch(clients.endpoint, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSOrganizationsV20161128.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${management}/20261101/us-east-1/organizations/aws4_request`,
      },
    });
    const answer: unknown = await response.json();
    return isObject(answer) ? answer : {};
  };
  for (const Id of members) await call('InviteAccountToOrganization', { Target: { Id, Type: 'ACCOUNT' } });
  return asText(asObject((await call('DescribeOrganization', {})).Organization).Id) ?? '';
}

/** A release of this source: both templates as plain CloudFormation, with their code and its sums. */
export async function makeRelease(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  for (const name of ['template.yaml', 'organization-central.yaml'])
    await writeTemplate(name, folder, version);
  writeFileSync(join(folder, `ecr-hardening-${version}.tgz`), 'the package of the command');
  writeSums(folder);
  return folder;
}

/** The outputs of a stack, by name. */
export async function outputsOf(
  { cloudformation }: Pick<Place, 'cloudformation'>,
  StackName: string,
): Promise<Readonly<Record<string, string>>> {
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  return Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Creates a stack, from a template of any size. @returns its outputs */
export async function createStack(
  { account, region, cloudformation, s3 }: Place,
  StackName: string,
  template: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  // The local AWS reads templates in buckets of the account alone.
  const Bucket = `templates-${account}-${region}`;
  await s3.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
  await s3.send(new PutObjectCommand({ Bucket, Key: StackName, Body: template }));
  await cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateURL: `${clients.endpoint}/${Bucket}/${StackName}`,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  for (;;) {
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    const { StackStatus = '' } = Stacks[0] ?? {};
    if (StackStatus === 'CREATE_COMPLETE') return outputsOf({ cloudformation }, StackName);
    if (!StackStatus.endsWith('CREATE_IN_PROGRESS')) {
      const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
      const reasons = StackEvents.flatMap(({ LogicalResourceId, ResourceStatusReason: reason }) =>
        reason === undefined ? [] : [`${LogicalResourceId}: ${reason}`],
      );
      throw new Error(`${StackName} in ${account} ${region}: ${StackStatus}\n${reasons.join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
