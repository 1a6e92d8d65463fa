/** AWS App Runner: the images that services deploy. */
import { AppRunnerClient, DescribeServiceCommand, ListServicesCommand } from '@aws-sdk/client-apprunner';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { entriesOf, present } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';

// The limit of ListServices.
const maxListed = 20;
const gone = [{ name: 'ResourceNotFoundException' }];

export const appRunner: SourceAdapter<AppRunnerClient, 'apprunner'> = {
  source: 'apprunner',
  service: 'APPRUNNER',
  isInEveryRegion: false,
  connect: (settings) => new AppRunnerClient(settings),
  async read(reading) {
    const read = (NextToken: string | undefined) =>
      reading.call('apprunner:ListServices', (client, options) =>
        client.send(new ListServicesCommand({ MaxResults: maxListed, NextToken }), options),
      );
    for await (const { ServiceSummaryList } of pages(read, (page) => page.NextToken))
      await mapConcurrently(entriesOf(ServiceSummaryList), ({ ServiceArn }) =>
        reading.part('apprunner:DescribeService', () => readService(reading, ServiceArn), gone),
      );
  },
};

/** The list has no image; there is no operation for several services. */
async function readService(
  reading: SourceReading<AppRunnerClient, 'apprunner'>,
  ServiceArn: string | undefined,
): Promise<void> {
  const image = await reading.call('apprunner:DescribeService', async (client, options) => {
    const { Service } = await client.send(new DescribeServiceCommand({ ServiceArn }), options);
    // The rest of the response, such as environment variables, is not kept.
    // A service that App Runner builds from source has no image of its own.
    return present(Service?.SourceConfiguration).ImageRepository?.ImageIdentifier;
  });
  reading.found(ServiceArn, { image });
}
