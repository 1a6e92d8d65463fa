/** Amazon SageMaker AI: the images of models, and those that endpoints and inference components run. */
import {
  type DeployedImage,
  DescribeEndpointCommand,
  DescribeInferenceComponentCommand,
  DescribeModelCommand,
  type InferenceComponentSpecificationSummary,
  ListEndpointsCommand,
  ListInferenceComponentsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import type { UsageAction } from './actions.ts';
import type { GoneError } from './gone.ts';
import { entriesOf, present } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';

type SageMakerReading = SourceReading<SageMakerClient, 'sagemaker'>;

// The limit of each list.
const maxListed = 100;
// SageMaker has no error of its own for what does not exist.
const gone: readonly GoneError[] = [{ name: 'ValidationException', message: /could not find/i }];

export const sagemaker: SourceAdapter<SageMakerClient, 'sagemaker'> = {
  source: 'sagemaker',
  service: 'SAGEMAKER',
  isInEveryRegion: false,
  connect: (settings) => new SageMakerClient(settings),
  async read(reading) {
    await Promise.all([
      reading.part('sagemaker:ListModels', () => readModels(reading)),
      reading.part('sagemaker:ListEndpoints', () => readEndpoints(reading)),
      reading.part('sagemaker:ListInferenceComponents', () => readComponents(reading)),
    ]);
  },
};

/** Describes each of a page's entries: none of the lists has an image, and there is no operation for several entries. */
async function describeEach<Entry>(
  reading: SageMakerReading,
  action: UsageAction<'sagemaker'>,
  entries: readonly Entry[],
  describe: (entry: Entry) => Promise<void>,
): Promise<void> {
  await mapConcurrently(entries, (entry) => reading.part(action, () => describe(entry), gone));
}

async function readModels(reading: SageMakerReading): Promise<void> {
  const read = (NextToken: string | undefined) =>
    reading.call('sagemaker:ListModels', (client, options) =>
      client.send(new ListModelsCommand({ MaxResults: maxListed, NextToken }), options),
    );
  for await (const { Models } of pages(read, (page) => page.NextToken))
    await describeEach(
      reading,
      'sagemaker:DescribeModel',
      entriesOf(Models),
      async ({ ModelName, ModelArn }) => {
        const images = await reading.call('sagemaker:DescribeModel', async (client, options) => {
          const model = await client.send(new DescribeModelCommand({ ModelName }), options);
          // The rest of the response, such as environment variables, is not kept.
          present(model.PrimaryContainer ?? model.Containers);
          return [model.PrimaryContainer, ...(model.Containers ?? [])].map((container) => container?.Image);
        });
        for (const image of images) reading.found(ModelArn, { image });
      },
    );
}

async function readEndpoints(reading: SageMakerReading): Promise<void> {
  const read = (NextToken: string | undefined) =>
    reading.call('sagemaker:ListEndpoints', (client, options) =>
      client.send(new ListEndpointsCommand({ MaxResults: maxListed, NextToken }), options),
    );
  for await (const { Endpoints } of pages(read, (page) => page.NextToken))
    await describeEach(reading, 'sagemaker:DescribeEndpoint', entriesOf(Endpoints), async (endpoint) => {
      const { EndpointName, EndpointArn } = endpoint;
      const response = await reading.call('sagemaker:DescribeEndpoint', (client, options) =>
        client.send(new DescribeEndpointCommand({ EndpointName }), options),
      );
      present(response.EndpointName);
      // What is being deployed too.
      const variants = [response, response.PendingDeploymentSummary].flatMap((each) => [
        ...(each?.ProductionVariants ?? []),
        ...(each?.ShadowProductionVariants ?? []),
      ]);
      for (const image of variants.flatMap(({ DeployedImages }) => DeployedImages ?? []))
        foundDeployed(reading, EndpointArn, image);
    });
}

async function readComponents(reading: SageMakerReading): Promise<void> {
  const read = (NextToken: string | undefined) =>
    reading.call('sagemaker:ListInferenceComponents', (client, options) =>
      client.send(new ListInferenceComponentsCommand({ MaxResults: maxListed, NextToken }), options),
    );
  for await (const { InferenceComponents } of pages(read, (page) => page.NextToken))
    await describeEach(
      reading,
      'sagemaker:DescribeInferenceComponent',
      entriesOf(InferenceComponents),
      async ({ InferenceComponentName, InferenceComponentArn }) => {
        const images = await reading.call('sagemaker:DescribeInferenceComponent', async (client, options) => {
          const { Specification, Specifications = [] } = await client.send(
            new DescribeInferenceComponentCommand({ InferenceComponentName }),
            options,
          );
          return [present(Specification ?? Specifications[0]), ...Specifications].map(deployedOf);
        });
        for (const image of images) foundDeployed(reading, InferenceComponentArn, image);
      },
    );
}

/** @throws UnexpectedResponse if it names neither a container nor what has one */
function deployedOf(specification: InferenceComponentSpecificationSummary): DeployedImage | undefined {
  const { Container, ModelName, BaseInferenceComponentName } = specification;
  present(Container ?? ModelName ?? BaseInferenceComponentName);
  return Container?.DeployedImage;
}

function foundDeployed(
  reading: SageMakerReading,
  arn: string | undefined,
  image: DeployedImage | undefined,
): void {
  reading.found(arn, { image: image?.SpecifiedImage, resolved: image?.ResolvedImage });
}
