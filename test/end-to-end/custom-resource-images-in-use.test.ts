import {
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
} from '@aws-sdk/client-ecs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { claimsOf } from './support/claims.ts';
import { type FleetInUse, fillWithFleet } from './support/fleet-in-use.ts';
import { pulledImages, pushOldIndex } from './support/image-indexes.ts';
import { newStack, settings } from './support/new-stack.ts';
import { attributes, existing, reasonOf, settingsTemplate } from './support/settings-stack.ts';
import { addressOf, ecs, newCluster, newService, newTaskDefinition, secret } from './support/workloads.ts';

const asCreated = { mutability: 'MUTABLE', scanOnPush: false, lifecyclePolicyText: undefined };

/** The ARNs that a reason has of what uses images. */
const usersIn = (reason: string) =>
  [...reason.matchAll(/in use by (arn:aws:[a-z0-9-]+:\S+?)[,) ]/g)].map(([, arn]) => arn);

describe('500 images of which 167 are in use', () => {
  let name: string;
  let fleet: FleetInUse;

  beforeAll(async () => {
    name = await existing();
    fleet = await fillWithFleet(name);
  });

  test('are refused to a default lifecycle policy, by the ARNs of who uses them, and nothing is changed', async () => {
    const outcome = await newStack().deploy(settingsTemplate({ RepositoryName: name, KeepImages: 20 }));
    const reason = reasonOf(outcome);
    const old = fleet.images.slice(0, -20).filter(({ use }) => use !== undefined);
    expect(reason).toContain(
      `The lifecycle policy would expire ${old.length} images that are in use or were pulled within 90 days, so nothing was changed.`,
    );
    const arns = old.flatMap(({ use }) => use?.arn ?? []);
    const named = usersIn(reason);
    expect(named.length).toBeGreaterThan(5);
    // Amazon Inspector names the clusters of EKS in which it saw an image.
    for (const arn of named)
      expect([...arns, 'arn:aws:eks:us-east-1:000000000000:cluster/prod']).toContain(arn);
    expect(reason).not.toContain(secret);
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await claimsOf(name)).toBeUndefined();
  });

  test('are reported by a dry run, which succeeds', async () => {
    const outputs = attributes('WouldChange');
    const stack = newStack();
    const template = settingsTemplate({ RepositoryName: name, KeepImages: 20, DryRun: true }, outputs);
    expect(await stack.deploy(template)).toEqual({ kind: 'deployed' });
    const { WouldChange = '' } = await stack.outputs();
    expect(WouldChange).toMatch(/the LifecyclePolicy would be refused, since it would expire \d+ images/);
    expect(usersIn(WouldChange).length).toBeGreaterThan(0);
    expect(await settings(name)).toMatchObject(asCreated);
  });

  test('do not keep back a policy that archives and expires none of them', async () => {
    const properties = { RepositoryName: name, ArchiveUnpulledAfterDays: 400, ExpireUntaggedAfterDays: 0 };
    expect(await newStack().deploy(settingsTemplate(properties))).toEqual({ kind: 'deployed' });
    expect((await settings(name)).lifecyclePolicyText).toContain('archived 400 days after');
  });
});

test('an image of a service that is scaled to none is in use until the service and its task definition are gone', async () => {
  const name = await existing();
  const { images } = await fillWithFleet(name, { count: 6, ways: [] });
  const [oldest] = images;
  const cluster = await newCluster();
  const taskDefinition = await newTaskDefinition([addressOf(name, `:${oldest?.tag}`)]);
  const service = await newService(cluster, taskDefinition, 0);
  const template = settingsTemplate({ RepositoryName: name, KeepImages: 3 });
  const reason = reasonOf(await newStack().deploy(template));
  expect(reason).toContain('The lifecycle policy would expire 1 image that is in use');
  expect(reason).toContain(`${name} ${oldest?.tag} (${oldest?.digest}, in use by ${service}`);
  expect(await settings(name)).toMatchObject(asCreated);
  await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  expect(services.filter(({ status }) => status === 'ACTIVE')).toEqual([]);
  expect(await newStack().deploy(template)).toEqual({ kind: 'deployed' });
  expect((await settings(name)).lifecyclePolicyText).toContain('The newest 3 images stay');
});

test('an image index is in use by the digest of an image to which it refers; reading that leaves no pull', async () => {
  const name = await existing();
  const { index, member } = await pushOldIndex(name);
  const user = await newTaskDefinition([addressOf(name, `@${member}`)]);
  const template = settingsTemplate({ RepositoryName: name, KeepImages: 1, ExpireUntaggedAfterDays: 0 });
  const reason = reasonOf(await newStack().deploy(template));
  expect(reason).toContain('The lifecycle policy would expire 1 image that is in use');
  expect(reason).toContain(`${name} v1 (${index}, in use by ${user}`);
  expect(await settings(name)).toMatchObject(asCreated);
  expect(await pulledImages(name)).toEqual([]);
});
