import { DescribeServiceCommand, paginateListServices as paginateApps } from '@aws-sdk/client-apprunner';
import { DeregisterJobDefinitionCommand, paginateDescribeJobDefinitions } from '@aws-sdk/client-batch';
import { BatchGetProjectsCommand, paginateListProjects } from '@aws-sdk/client-codebuild';
import { CreateRepositoryCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import {
  DeregisterTaskDefinitionCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  paginateListServices,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  BatchGetAccountStatusCommand,
  GetClustersForImageCommand,
  Inspector2Client,
  paginateListCoverage,
} from '@aws-sdk/client-inspector2';
import { GetFunctionCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  paginateListModels,
} from '@aws-sdk/client-sagemaker';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { clients, uniqueName } from '../support/stacks.ts';
import * as workloads from '../support/workloads.ts';

const { apprunner, batch, codebuild, ecs, inspector, lambda, sagemaker } = workloads;
let repositoryName: string;

/** Pushes an image of its own content under a tag, away from the image that has it; the answer is the digest. */
async function push(imageTag: string, annotations: object = {}): Promise<string> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const imageManifest = JSON.stringify({ mediaType, content: uniqueName('content'), annotations });
  const { image } = await clients.ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  return image?.imageId?.imageDigest ?? '';
}

const at = (suffix: string) => workloads.addressOf(repositoryName, suffix);
const ofOurs = (text: string | undefined) => text?.includes(`/${repositoryName}`) === true;

beforeAll(async () => {
  repositoryName = uniqueName('workloads');
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
});

describe('ECS', () => {
  const containersOf = async (cluster: string, arn: string) =>
    (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }))).tasks?.[0]?.containers ?? [];

  test('a task knows the digest that its tag had when it started, until it is stopped', async () => {
    const imageDigest = await push('moving');
    const cluster = await workloads.newCluster();
    const task = await workloads.runTask(cluster, await workloads.newTaskDefinition([at(':moving')]));
    await push('moving');
    expect(await containersOf(cluster, task)).toMatchObject([{ image: at(':moving'), imageDigest }]);
    await ecs.send(new StopTaskCommand({ cluster, task }));
    expect((await ecs.send(new ListTasksCommand({ cluster }))).taskArns).toEqual([]);
    const stopped = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'STOPPED' }));
    expect(stopped.taskArns).toEqual([task]);
  });

  test('a service starts its tasks from the digests of its deployment, and from new ones after the next', async () => {
    const first = await push('rolling');
    const cluster = await workloads.newCluster();
    const service = await workloads.newService(
      cluster,
      await workloads.newTaskDefinition([at(':rolling')]),
      1,
    );
    const second = await push('rolling');
    await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 2 }));
    const digests = async () => {
      const { taskArns: tasks } = await ecs.send(new ListTasksCommand({ cluster }));
      const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
      return described.tasks?.flatMap(({ containers }) => containers?.map(({ imageDigest }) => imageDigest));
    };
    expect(await digests()).toEqual([first, first]);
    await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
    expect(await digests()).toEqual([second, second]);

    const { serviceDeployments = [] } = await ecs.send(
      new ListServiceDeploymentsCommand({ cluster, service }),
    );
    const { serviceRevisions } = await ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: serviceDeployments.map((each) => each.targetServiceRevisionArn ?? ''),
      }),
    );
    const image = at(':rolling');
    expect(serviceRevisions?.map(({ containerImages }) => containerImages)).toEqual([
      [{ containerName: 'container-0', image, imageDigest: second }],
      [{ containerName: 'container-0', image, imageDigest: first }],
    ]);
    const described = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    expect(described.services?.[0]?.currentServiceRevisions).toMatchObject([
      { arn: serviceDeployments[0]?.targetServiceRevisionArn, runningTaskCount: 2 },
    ]);
  });

  test('a service that has never run has a revision without digests', async () => {
    await push('idle');
    const cluster = await workloads.newCluster();
    const service = await workloads.newService(cluster, await workloads.newTaskDefinition([at(':idle')]), 0);
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const arn = services?.[0]?.currentServiceRevisions?.[0]?.arn ?? '';
    const { serviceRevisions, failures } = await ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: [arn, `${arn}0`] }),
    );
    expect(serviceRevisions?.[0]?.containerImages).toEqual([
      { containerName: 'container-0', image: at(':idle') },
    ]);
    expect(failures).toMatchObject([{ arn: `${arn}0`, reason: 'MISSING' }]);
  });

  test('a family is its latest ACTIVE revision, and an INACTIVE one starts nothing', async () => {
    const taskDefinition = await workloads.newTaskDefinition([at(':any')]);
    const family = taskDefinition.replace(/^.*\/|:1$/g, '');
    const { taskDefinition: second } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: [{ name: 'only', image: at(':2') }],
      }),
    );
    const latest = async () =>
      (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }))).taskDefinition
        ?.revision;
    expect(await latest()).toBe(2);
    const inactive = { taskDefinition: second?.taskDefinitionArn };
    await ecs.send(new DeregisterTaskDefinitionCommand(inactive));
    expect(await latest()).toBe(1);
    await expect(ecs.send(new RunTaskCommand(inactive))).rejects.toMatchObject({ name: 'ClientException' });
  });

  test('lists services in pages of ten, and describes ten at once', async () => {
    const cluster = await workloads.newCluster();
    const definition = await workloads.newTaskDefinition(['public.ecr.aws/docker/library/busybox:latest']);
    for (let index = 0; index < 11; index += 1) await workloads.newService(cluster, definition, 0);
    const pages: string[][] = [];
    for await (const { serviceArns = [] } of paginateListServices({ client: ecs }, { cluster }))
      pages.push(serviceArns);
    expect(pages.map(({ length }) => length)).toEqual([10, 1]);
    const services = pages.flat();
    await expect(ecs.send(new DescribeServicesCommand({ cluster, services }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(ecs.send(new ListTasksCommand({ cluster: 'absent' }))).rejects.toMatchObject({
      name: 'ClusterNotFoundException',
    });
  });
});

describe('Lambda', () => {
  test('resolves the image of each version when its code is set, and lists all versions', async () => {
    const digests = [await push('one'), await push('two')];
    const versions = await workloads.newFunction([at(':one'), at(':two')]);
    await push('one');
    const codes = versions.map(async (FunctionName) => {
      const { Code, Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      expect(Configuration).toMatchObject({
        PackageType: 'Image',
        CodeSha256: Code?.ResolvedImageUri?.slice(-64),
      });
      return [Code?.ImageUri, Code?.ResolvedImageUri];
    });
    expect(await Promise.all(codes)).toEqual([
      [at(':one'), at(`@${digests[0]}`)],
      [at(':two'), at(`@${digests[1]}`)],
    ]);
    const listed: (string | undefined)[] = [];
    const everything = { FunctionVersion: 'ALL' as const };
    for await (const { Functions } of paginateListFunctions({ client: lambda, pageSize: 2 }, everything))
      listed.push(...(Functions ?? []).map(({ FunctionArn }) => FunctionArn));
    expect(listed).toEqual(expect.arrayContaining([...versions]));
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('refuses an image that does not exist', async () => {
    await expect(workloads.newFunction([at(':absent')])).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: `Source image ${at(':absent')} does not exist. Provide a valid source image.`,
    });
  });
});

test('Batch lists ACTIVE job definitions in pages', async () => {
  const arns: string[] = [];
  for (let index = 0; index < 3; index += 1) arns.push(await workloads.newJobDefinition(at(`:${index}`)));
  await batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: arns[1] }));
  const images: (string | undefined)[] = [];
  const pages = paginateDescribeJobDefinitions({ client: batch, pageSize: 1 }, { status: 'ACTIVE' });
  for await (const { jobDefinitions = [] } of pages)
    images.push(...jobDefinitions.map(({ containerProperties }) => containerProperties?.image));
  expect(images.filter(ofOurs)).toEqual([at(':0'), at(':2')]);
});

test('CodeBuild, App Runner and SageMaker keep the address of an image as it was named', async () => {
  const imageDigest = await push('named');
  const image = at(':named');
  await workloads.newProject(image);
  await workloads.newApp(image);
  const model = (await workloads.newModel(image)).split('/')[1];
  const images: (string | undefined)[] = [];
  for await (const { projects: names = [] } of paginateListProjects({ client: codebuild }, {})) {
    const { projects = [] } = await codebuild.send(new BatchGetProjectsCommand({ names }));
    images.push(...projects.map(({ environment }) => environment?.image));
  }
  for await (const { ServiceSummaryList = [] } of paginateApps({ client: apprunner }, {}))
    for (const { ServiceArn } of ServiceSummaryList) {
      const { Service } = await apprunner.send(new DescribeServiceCommand({ ServiceArn }));
      images.push(Service?.SourceConfiguration?.ImageRepository?.ImageIdentifier);
    }
  for await (const { Models = [] } of paginateListModels({ client: sagemaker }, {}))
    for (const { ModelName } of Models) {
      const { PrimaryContainer } = await sagemaker.send(new DescribeModelCommand({ ModelName }));
      images.push(PrimaryContainer?.Image);
    }
  expect(images.filter(ofOurs)).toEqual([image, image, image]);

  const EndpointName = uniqueName('endpoint');
  const ProductionVariants = [{ VariantName: 'only', ModelName: model, InitialInstanceCount: 1 }];
  await sagemaker.send(
    new CreateEndpointConfigCommand({ EndpointConfigName: EndpointName, ProductionVariants }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: EndpointName }));
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  expect(endpoint.ProductionVariants?.[0]?.DeployedImages).toMatchObject([
    { SpecifiedImage: image, ResolvedImage: at(`@${imageDigest}`) },
  ]);
});

describe('Inspector', () => {
  const cluster = 'arn:aws:eks:us-east-1:000000000000:cluster/prod';
  const use = { cluster, at: '2026-11-01T12:00:00Z', namespace: 'shop', workload: 'orders', pods: 3 };
  const covered = async (client: Inspector2Client) => {
    const filterCriteria = {
      ecrRepositoryName: [{ comparison: 'EQUALS' as const, value: repositoryName }],
      ecrImageInUseCount: [{ lowerInclusive: 1 }],
    };
    const found = [];
    for await (const { coveredResources = [] } of paginateListCoverage({ client }, { filterCriteria }))
      found.push(...coveredResources);
    return found;
  };

  test('is not enabled by default', async () => {
    // The Region of this file alone: enabling it counts for all tests of a Region.
    const client = new Inspector2Client({
      endpoint: clients.endpoint,
      region: 'eu-south-2',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { accounts } = await client.send(new BatchGetAccountStatusCommand({}));
    expect(accounts?.[0]?.resourceState?.ecr?.status).toBe('DISABLED');
    expect(await covered(client)).toEqual([]);
    const filter = { resourceId: 'arn:aws:ecr:eu-south-2:000000000000:repository/any/sha256:0' };
    await expect(client.send(new GetClustersForImageCommand({ filter }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('knows the images that run in clusters, by an annotation of the local AWS', async () => {
    await workloads.enableInspector();
    await push('unused');
    const digest = await push('used', { 'local.in-use': JSON.stringify([use]) });
    const [image, ...others] = await covered(inspector);
    expect(others).toEqual([]);
    expect(image).toMatchObject({
      resourceId: `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}/${digest}`,
      resourceMetadata: { ecrImage: { tags: ['used'], inUseCount: 3, lastInUseAt: new Date(use.at) } },
    });
    const filter = { resourceId: image?.resourceId };
    const { cluster: clusters } = await inspector.send(new GetClustersForImageCommand({ filter }));
    expect(clusters).toMatchObject([{ clusterArn: cluster, clusterDetails: [{ runningUnitCount: 3 }] }]);
  });
});
