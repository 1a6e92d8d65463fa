/** AWS Lambda: functions that are made of an image, in every version, which is what an alias names. */
import {
  type FunctionConfiguration,
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { entriesOf, present } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';

// The limit of ListFunctions.
const maxListed = 50;
const gone = [{ name: 'ResourceNotFoundException' }];

export const lambda: SourceAdapter<LambdaClient, 'lambda'> = {
  source: 'lambda',
  service: 'LAMBDA',
  isInEveryRegion: true,
  connect: (settings) => new LambdaClient(settings),
  async read(reading) {
    const read = (Marker: string | undefined) =>
      reading.call('lambda:ListFunctions', (client, options) =>
        client.send(
          new ListFunctionsCommand({ FunctionVersion: 'ALL', MaxItems: maxListed, Marker }),
          options,
        ),
      );
    for await (const { Functions } of pages(read, (page) => page.NextMarker)) {
      const versions = entriesOf(Functions).filter(({ PackageType }) => PackageType === 'Image');
      await mapConcurrently(versions, (version) =>
        reading.part('lambda:GetFunction', () => readVersion(reading, version), gone),
      );
    }
  },
};

/** The list of functions has no image; there is no operation for several of them. */
async function readVersion(
  reading: SourceReading<LambdaClient, 'lambda'>,
  { FunctionName, FunctionArn, Version }: FunctionConfiguration,
): Promise<void> {
  const { image, resolved } = await reading.call('lambda:GetFunction', async (client, options) => {
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: Version }), options);
    // The rest of the response, such as the function's environment, is not kept.
    return { image: Code?.ImageUri, resolved: Code?.ResolvedImageUri };
  });
  present(image ?? resolved);
  reading.found(FunctionArn, { image, resolved });
}
