import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { expect, test } from '@jest/globals';
import { clientSettings } from '../../aws/client-settings.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { usageActions } from '../../aws/usage/actions.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import { isUnknown } from '../../core/known.ts';
import { type UsedImage, usageSources } from '../../core/usage/evidence.ts';
import { usageVerdicts } from '../../core/usage/verdicts.ts';
import { fillWithFleet } from './support/fleet-in-use.ts';
import { clients, uniqueName } from './support/stacks.ts';
import { secret } from './support/workloads.ts';

test('each image in use is found with its user, in whichever way it is used, and no other image', async () => {
  const repositoryName = uniqueName('used');
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const { images, inUse } = await fillWithFleet(repositoryName, { count: 90 });
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: clients.endpoint,
  };
  const deadline = deadlineIn(120_000);
  const usage = connectUsage({
    settings: (service) => ({
      ...clientSettings(environment, service),
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    deadline,
  });
  const registry = { registryId: '000000000000', region: 'us-east-1' };
  const { references, sources } = await usage.read(registry, usageSources, {
    isAskedFor: ({ repository }) => repository === repositoryName,
  });
  usage.close();
  deadline.dispose();

  expect(Object.keys(sources).sort()).toEqual(Object.keys(usageActions).sort());
  expect(Object.values(sources).filter((each) => isUnknown(each))).toEqual([]);
  const own = references.filter(({ repository }) => repository === repositoryName);
  const used = images.map(({ digest, tag }): UsedImage => ({ digest, tags: [tag], pushedAt: 0 }));
  const verdicts = usageVerdicts(used, own, { pulledSince: Number.POSITIVE_INFINITY });
  const found = images.flatMap(({ tag, digest }) => {
    const verdict = verdicts.get(digest);
    return verdict?.kind === 'in-use' ? [{ tag, users: verdict.users }] : [];
  });
  // Who pulled an image nobody knows.
  const expected = inUse.filter(({ use }) => use?.source !== 'pulls');
  expect(found.map(({ tag }) => tag)).toEqual(expected.map(({ tag }) => tag));
  expect(expected.length).toBeGreaterThan(20);
  for (const [index, { tag, use }] of expected.entries()) {
    const user = { source: use?.source, ...(use?.arn === undefined ? {} : { arn: use.arn }) };
    expect(found[index]).toMatchObject({
      tag,
      users: expect.arrayContaining([expect.objectContaining(user)]),
    });
  }
  expect(JSON.stringify(references)).not.toContain(secret);
});
