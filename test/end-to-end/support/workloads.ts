/** What uses images in the local AWS, one maker for each kind of workload. Nothing runs, and nothing is pulled. */
import { AppRunnerClient, CreateServiceCommand as CreateAppCommand } from '@aws-sdk/client-apprunner';
import { BatchClient, RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { EnableCommand, Inspector2Client } from '@aws-sdk/client-inspector2';
import {
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CreateModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { uniqueName } from './stacks.ts';

const configuration = localConfiguration({ endpoint: process.env.AWS_ENDPOINT_URL ?? '', environment: {} });
export const ecs = new ECSClient(configuration);
export const lambda = new LambdaClient(configuration);
export const batch = new BatchClient(configuration);
export const codebuild = new CodeBuildClient(configuration);
export const apprunner = new AppRunnerClient(configuration);
export const sagemaker = new SageMakerClient(configuration);
export const inspector = new Inspector2Client(configuration);

/** In the environment of each workload that has one: a reader must neither keep nor show it. */
export const secret = 'secret-of-the-workload';

/** The address of an image in the local AWS's own registry; what follows the repository is `:tag` or `@digest`. */
export const addressOf = (repository: string, suffix: string) =>
  `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repository}${suffix}`;

/** An ECS cluster of a new name; the answer is its name. */
export async function newCluster(): Promise<string> {
  const clusterName = uniqueName('cluster');
  await ecs.send(new CreateClusterCommand({ clusterName }));
  return clusterName;
}

/** A task definition with a container for each image; the answer is its ARN. ECS allows at most 10 containers. */
export async function newTaskDefinition(images: readonly string[]): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: uniqueName('family'),
      containerDefinitions: images.map((image, index) => ({
        name: `container-${index}`,
        image,
        memory: 128,
        environment: [{ name: 'TOKEN', value: secret }],
      })),
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

/** A running task of a task definition; the answer is its ARN. */
export async function runTask(cluster: string, taskDefinition: string): Promise<string> {
  const { tasks } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }));
  return tasks?.[0]?.taskArn ?? '';
}

/** A service with so many tasks; the answer is its ARN. */
export async function newService(
  cluster: string,
  taskDefinition: string,
  desiredCount: number,
): Promise<string> {
  const serviceName = uniqueName('service');
  const { service } = await ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition, desiredCount }),
  );
  return service?.serviceArn ?? '';
}

/** A function with a version for each image, in this order; the answer is the ARN of each version. */
export async function newFunction(images: readonly string[]): Promise<readonly string[]> {
  const FunctionName = uniqueName('function');
  const versions: string[] = [];
  for (const ImageUri of images) {
    if (versions.length === 0)
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          PackageType: 'Image',
          Code: { ImageUri },
          Role: 'arn:aws:iam::000000000000:role/any',
          Environment: { Variables: { TOKEN: secret } },
        }),
      );
    else await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ImageUri }));
    const { FunctionArn } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    versions.push(FunctionArn ?? '');
  }
  return versions;
}

/** A Batch job definition; the answer is its ARN. */
export async function newJobDefinition(image: string): Promise<string> {
  const { jobDefinitionArn } = await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: uniqueName('job'),
      type: 'container',
      containerProperties: { image, environment: [{ name: 'TOKEN', value: secret }] },
    }),
  );
  return jobDefinitionArn ?? '';
}

/** A CodeBuild project that builds in an image; the answer is its ARN. */
export async function newProject(image: string): Promise<string> {
  const { project } = await codebuild.send(
    new CreateProjectCommand({
      name: uniqueName('project'),
      source: { type: 'NO_SOURCE', buildspec: 'version: 0.2' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_SMALL',
        image,
        environmentVariables: [{ name: 'TOKEN', value: secret }],
      },
      serviceRole: 'arn:aws:iam::000000000000:role/any',
    }),
  );
  return project?.arn ?? '';
}

/** An App Runner service; the answer is its ARN. */
export async function newApp(image: string): Promise<string> {
  const { Service } = await apprunner.send(
    new CreateAppCommand({
      ServiceName: uniqueName('app'),
      SourceConfiguration: {
        ImageRepository: {
          ImageIdentifier: image,
          ImageRepositoryType: 'ECR',
          ImageConfiguration: { RuntimeEnvironmentVariables: { TOKEN: secret } },
        },
      },
    }),
  );
  return Service?.ServiceArn ?? '';
}

/** A SageMaker model that no endpoint has deployed; the answer is its ARN. */
export async function newModel(image: string): Promise<string> {
  const { ModelArn } = await sagemaker.send(
    new CreateModelCommand({
      ModelName: uniqueName('model'),
      PrimaryContainer: { Image: image, Environment: { TOKEN: secret } },
    }),
  );
  return ModelArn ?? '';
}

/** Turns Amazon Inspector's scans of ECR on, for everybody in this account and Region of the local AWS. */
export async function enableInspector(): Promise<void> {
  await inspector.send(new EnableCommand({ resourceTypes: ['ECR'] }));
}
