import { DescribeStackResourceCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keyAttribute } from '../../../aws/claims/claim-item.ts';
import {
  asObject,
  entriesOf,
  isList,
  isObject,
  type Json,
  type JsonObject,
  member,
} from '../../../core/json.ts';
import { applicationStack } from '../../../local/application.ts';
import { clients, uniqueName } from './stacks.ts';

/**
 * The custom resource's function as it is deployed, as a resource of another template: with an environment of its own,
 * so that no other test is disturbed, and in another region where that is asked for.
 *
 * @param role the ARN of its role, or what gives it; by default one that does not exist, which allows everything
 */
export async function functionCopy(
  environment: Readonly<Record<string, string>>,
  region = 'us-east-1',
  role: Json = 'arn:aws:iam::000000000000:role/any',
): Promise<JsonObject> {
  const { TemplateBody = '{}' } = await clients.cloudformation.send(
    new GetTemplateCommand({ StackName: applicationStack, TemplateStage: 'Processed' }),
  );
  const { Code, Handler, Runtime, MemorySize, Timeout } = propertiesOf('SettingsFunction', TemplateBody);
  if (!isObject(Code) || Handler === undefined || Runtime === undefined)
    throw new Error('the SettingsFunction has no code');
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: region === 'us-east-1' ? Code : await codeIn(region, Code),
      Handler,
      Runtime,
      MemorySize: MemorySize ?? 512,
      Timeout: Timeout ?? 300,
      Role: role,
      Environment: { Variables: { ClaimsTable: await claimsTableIn(region), ...environment } },
    },
  };
}

/**
 * The macro as it is deployed, under another name and with an environment of its own: the resources of a template.
 *
 * @param denied actions that its role does not have
 */
export async function macroCopy(
  name: string,
  environment: Readonly<Record<string, string>>,
  denied: readonly string[] = [],
): Promise<JsonObject> {
  const { TemplateBody = '{}' } = await clients.cloudformation.send(
    new GetTemplateCommand({ StackName: applicationStack, TemplateStage: 'Processed' }),
  );
  const { Code, Handler, Runtime, MemorySize, Timeout } = propertiesOf('MacroFunction', TemplateBody);
  const { AssumeRolePolicyDocument = {} } = propertiesOf('MacroRole', TemplateBody);
  const look = lookPolicy(TemplateBody);
  const copied = { Code, Handler, Runtime, MemorySize, Timeout };
  const properties = Object.fromEntries(
    Object.entries(copied).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return {
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...properties,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Environment: { Variables: environment },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument,
        Policies: [{ PolicyName: 'look', PolicyDocument: withoutActions(look, denied) }],
      },
    },
    Macro: {
      Type: 'AWS::CloudFormation::Macro',
      Properties: { Name: name, FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] } },
    },
  };
}

/** The permissions of the macro's look, which stand under a condition. */
function lookPolicy(template: string): JsonObject {
  const { Policies } = propertiesOf('MacroRole', template);
  const [, choice] = isList(Policies) ? Policies : [];
  const [, policy] = entriesOf(asObject(choice)['Fn::If']);
  return asObject(asObject(policy).PolicyDocument);
}

function withoutActions(document: JsonObject, denied: readonly string[]): JsonObject {
  const statements = entriesOf(document.Statement).map((statement) => {
    const { Action = null } = asObject(statement);
    const actions = (isList(Action) ? Action : [Action]).filter((each) => !denied.includes(String(each)));
    return { ...asObject(statement), Action: actions };
  });
  return { ...document, Statement: statements };
}

function propertiesOf(logicalId: string, template: string): JsonObject {
  let value: unknown = JSON.parse(template);
  for (const key of ['Resources', logicalId, 'Properties'])
    value = isObject(value) ? member(value, key) : undefined;
  if (!isObject(value)) throw new Error(`the application’s template has no ${logicalId}`);
  return value;
}

/** The application's claims table, or a new one where the application is not deployed. */
async function claimsTableIn(region: string): Promise<string> {
  if (region === 'us-east-1') {
    const { StackResourceDetail } = await clients.cloudformation.send(
      new DescribeStackResourceCommand({ StackName: applicationStack, LogicalResourceId: 'ClaimsTable' }),
    );
    return StackResourceDetail?.PhysicalResourceId ?? '';
  }
  const TableName = uniqueName('claims');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: clients.endpoint, region, credentials });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: keyAttribute, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: keyAttribute, KeyType: 'HASH' }],
    }),
  );
  client.destroy();
  return TableName;
}

/** Lambda takes code from buckets of its own region alone. */
async function codeIn(region: string, { S3Bucket, S3Key }: JsonObject): Promise<JsonObject> {
  const code = await fetch(`${clients.endpoint}/${S3Bucket}/${S3Key}`);
  if (!code.ok) throw new Error(`the code of the SettingsFunction cannot be read (${code.status})`);
  const [bucket, key] = [uniqueName('code'), 'function.zip'];
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20261101/${region}/s3/aws4_request`;
  const put = async (path: string, body: string | Blob) => {
    const { ok, status } = await fetch(`${clients.endpoint}/${path}`, {
      method: 'PUT',
      headers: { authorization },
      body,
    });
    if (!ok) throw new Error(`the code of the SettingsFunction cannot be copied (${status})`);
  };
  await put(
    bucket,
    `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
  );
  await put(`${bucket}/${key}`, await code.blob());
  return { S3Bucket: bucket, S3Key: key };
}
