/** What uses images in the local AWS: tasks and services of ECS, functions of Lambda. Nothing runs, and none pulls. */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { uniqueName } from './stacks.ts';

const configuration = localConfiguration({ endpoint: process.env.AWS_ENDPOINT_URL ?? '', environment: {} });
export const ecs = new ECSClient(configuration);
export const lambda = new LambdaClient(configuration);

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
        // Those that read a task definition must neither keep nor show it.
        environment: [{ name: 'TOKEN', value: 'secret-of-the-task-definition' }],
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
          Environment: { Variables: { TOKEN: 'secret-of-the-function' } },
        }),
      );
    else await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ImageUri }));
    const { FunctionArn } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    versions.push(FunctionArn ?? '');
  }
  return versions;
}
