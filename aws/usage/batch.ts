/** AWS Batch: active job definitions, each revision of which can be submitted. */
import {
  BatchClient,
  DescribeJobDefinitionsCommand,
  type EcsProperties,
  type EksProperties,
  type JobDefinition,
} from '@aws-sdk/client-batch';
import { pages } from '../pages.ts';
import { entriesOf } from './response.ts';
import type { SourceAdapter } from './source.ts';

// The limit of DescribeJobDefinitions.
const maxDescribed = 100;

export const batch: SourceAdapter<BatchClient, 'batch'> = {
  source: 'batch',
  service: 'BATCH',
  isInEveryRegion: false,
  connect: (settings) => new BatchClient(settings),
  async read(reading) {
    const read = (nextToken: string | undefined) =>
      reading.call('batch:DescribeJobDefinitions', (client, options) =>
        client.send(
          new DescribeJobDefinitionsCommand({ status: 'ACTIVE', maxResults: maxDescribed, nextToken }),
          options,
        ),
      );
    for await (const { jobDefinitions } of pages(read, (page) => page.nextToken))
      for (const definition of entriesOf(jobDefinitions))
        for (const image of imagesOf(definition)) reading.found(definition.jobDefinitionArn, { image });
  },
};

type Image = string | undefined;

/** Of a job on one container, on ECS tasks, on EKS pods, or of each range of nodes, which has any of those. */
function imagesOf(definition: JobDefinition): readonly Image[] {
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = definition;
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  return [
    containerProperties?.image,
    ...ofEcs(ecsProperties),
    ...ofEks(eksProperties),
    ...ranges.flatMap((range) => [
      range.container?.image,
      ...ofEcs(range.ecsProperties),
      ...ofEks(range.eksProperties),
    ]),
  ];
}

function ofEcs(properties: EcsProperties | undefined): readonly Image[] {
  return (properties?.taskProperties ?? []).flatMap(({ containers }) =>
    (containers ?? []).map(({ image }) => image),
  );
}

function ofEks(properties: EksProperties | undefined): readonly Image[] {
  const { containers = [], initContainers = [] } = properties?.podProperties ?? {};
  return [...containers, ...initContainers].map(({ image }) => image);
}
