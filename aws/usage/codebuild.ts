/** AWS CodeBuild: the images in which projects build. A fleet has a machine image, which is not ECR's. */
import { BatchGetProjectsCommand, CodeBuildClient, ListProjectsCommand } from '@aws-sdk/client-codebuild';
import { chunks } from '../chunks.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { entriesOf, requireAll } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';

// The limit of BatchGetProjects.
const maxProjects = 100;
const callsAtOnce = 4;

export const codebuild: SourceAdapter<CodeBuildClient, 'codebuild'> = {
  source: 'codebuild',
  service: 'CODEBUILD',
  isInEveryRegion: false,
  connect: (settings) => new CodeBuildClient(settings),
  async read(reading) {
    const read = (nextToken: string | undefined) =>
      reading.call('codebuild:ListProjects', (client, options) =>
        client.send(new ListProjectsCommand({ nextToken }), options),
      );
    const listed: string[] = [];
    await reading.part('codebuild:ListProjects', async () => {
      for await (const { projects } of pages(read, (page) => page.nextToken))
        listed.push(...entriesOf(projects));
    });
    await mapConcurrently(
      chunks([...new Set(listed)], maxProjects),
      (names) => reading.part('codebuild:BatchGetProjects', () => readProjects(reading, names)),
      callsAtOnce,
    );
  },
};

async function readProjects(
  reading: SourceReading<CodeBuildClient, 'codebuild'>,
  names: string[],
): Promise<void> {
  const images = await reading.call('codebuild:BatchGetProjects', async (client, options) => {
    const { projects = [], projectsNotFound = [] } = await client.send(
      new BatchGetProjectsCommand({ names }),
      options,
    );
    requireAll(names, projects, projectsNotFound);
    // The rest of the response, such as environment variables, is not kept.
    return projects.map(({ arn, environment }) => ({ arn, image: environment?.image }));
  });
  for (const { arn, image } of images) reading.found(arn, { image });
}
