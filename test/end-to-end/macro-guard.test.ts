import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { PutImageCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { lifecyclePolicyText } from '../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../core/policy/policy.ts';
import { type FleetInUse, fillWithFleet } from './support/fleet-in-use.ts';
import { macroCopy } from './support/function-copy.ts';
import { pulledImages, pushOldIndex } from './support/image-indexes.ts';
import { newStack, repository, settings } from './support/new-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';
import { addressOf, newTaskDefinition } from './support/workloads.ts';

/** A template of one repository, hardened by a macro, with a report. */
const hardened = (properties: JsonObject, parameters: JsonObject = {}, name = 'EcrHardening') => ({
  Transform: { Name: name, Parameters: { Report: true, ...parameters } },
  Resources: { Images: repository(properties) },
});

/** What the processed template has of the lifecycle policy, and what the report in it says. */
async function processed(stackName: string) {
  const { TemplateBody = '{}' } = await clients.cloudformation.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Processed' }),
  );
  const { Properties, Metadata } = JSON.parse(TemplateBody).Resources.Images;
  const findings: readonly JsonObject[] = Metadata.EcrHardening.Findings;
  const { code, reason } = findings.find(({ control }) => control === 'LifecyclePolicy') ?? {};
  return { policy: Properties.LifecyclePolicy?.LifecyclePolicyText, code, reason: String(reason) };
}

const textKeeping = (KeepImages: number) => lifecyclePolicyText({ ...builtInPolicy, KeepImages });
const byHand = JSON.stringify({
  rules: [
    {
      rulePriority: 7,
      description: 'by hand',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 400 },
      action: { type: 'expire' },
    },
  ],
});

/** Pushes so many images; the oldest was pulled just now. */
async function push(repositoryName: string, count: number, isPulled = true): Promise<void> {
  const day = 24 * 60 * 60 * 1000;
  for (let index = 0; index < count; index += 1) {
    const at = (days: number) => new Date(Date.now() - days * day).toISOString();
    const annotations = {
      'local.pushed-at': at(count - index),
      ...(isPulled && index === 0 ? { 'local.pulled-at': at(0) } : {}),
    };
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, index, annotations });
    await clients.ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: `v${index}` }));
  }
}

let refusing: string;
let withoutEcs: string;
let withoutEcr: string;
let withoutStacks: string;
let fleet: FleetInUse;
const fleetStack = newStack();
const fleetName = uniqueName('guard/fleet');

beforeAll(async () => {
  const copies: readonly (readonly [string, string, readonly string[]])[] = [
    ['Refusing', 'Refuse', []],
    ['WithoutEcs', 'Withhold', ['ecs:ListClusters']],
    ['WithoutEcr', 'Withhold', ['ecr:GetLifecyclePolicy']],
    ['WithoutStacks', 'Withhold', ['cloudformation:DescribeStackResources']],
  ];
  const [first, second, third, fourth] = await Promise.all(
    copies.map(async ([what, guard, denied]) => {
      const name = uniqueName(what);
      const copy = await macroCopy(name, { LifecycleGuard: guard }, denied);
      const outcome = await newStack().deploy({ Resources: copy });
      expect(outcome).toEqual({ kind: 'deployed' });
      return name;
    }),
  );
  [refusing, withoutEcs, withoutEcr] = [first ?? '', second ?? '', third ?? ''];
  withoutStacks = fourth ?? '';
  await fleetStack.deploy({ Resources: { Images: repository({ RepositoryName: fleetName }) } });
  fleet = await fillWithFleet(fleetName);
});

describe('500 images, of which 167 are in use', () => {
  test('get no default lifecycle policy, and the change set says why', async () => {
    expect(await fleetStack.deploy(hardened({ RepositoryName: fleetName }))).toEqual({ kind: 'deployed' });
    const { policy, code, reason } = await processed(fleetStack.stackName);
    expect(await settings(fleetName)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    expect((await settings(fleetName)).lifecyclePolicyText).toBeUndefined();
    const old = fleet.inUse.filter(({ tag }) => Number(tag.slice('build-'.length)) < 480);
    const pulled = old.filter(({ use }) => use?.way === 'pulled').length;
    expect({ policy, code }).toEqual({ policy: undefined, code: 'default-withheld' });
    expect(reason).toContain(
      `in ${fleetName} the default would expire 480 images, ${old.length - pulled} of them in use and ${pulled} pulled recently: build-`,
    );
    expect(reason).toMatch(/ by arn:aws:(ecs|lambda):/);
    expect(reason).toContain('To keep them, set KeepImages: 500 in its Metadata (EcrHardening)');
  });

  test('fail the change set under Refuse, with the same', async () => {
    const outcome = await newStack().deploy(hardened({ RepositoryName: fleetName }, {}, refusing));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect('reason' in outcome ? outcome.reason : '').toMatch(
      new RegExp(`Images.Properties.LifecyclePolicy: .*${fleetName} the default would expire 480 images`),
    );
  });

  test('withhold it from a repository of any stack that the name fits', async () => {
    const stack = newStack();
    const name = { 'Fn::Sub': `guard/\${AWS::StackName}` };
    const pattern = { 'Fn::Join': ['', ['guard/fleet', { Ref: 'AWS::StackName' }]] };
    // No other stack has a repository of such a name.
    expect(
      await stack.deploy(hardened({ RepositoryName: { 'Fn::Sub': `only/\${AWS::StackName}` } })),
    ).toEqual({
      kind: 'deployed',
    });
    expect((await processed(stack.stackName)).policy).toBe(textKeeping(20));
    for (const RepositoryName of [name, pattern]) {
      const other = newStack();
      await other.deploy(hardened({ RepositoryName }));
      const { policy, reason } = await processed(other.stackName);
      expect({ policy, reason }).toEqual({ policy: undefined, reason: expect.stringContaining(fleetName) });
    }
  });

  test('get a default that keeps all that is in use', async () => {
    await fleetStack.deploy(hardened({ RepositoryName: fleetName }, { KeepImages: 500 }));
    expect((await settings(fleetName)).lifecyclePolicyText).toBe(textKeeping(500));
  });
});

describe('a repository that has a lifecycle policy', () => {
  test('keeps its own default where the new one would expire an image in use, and gets it elsewhere', async () => {
    const stack = newStack();
    const RepositoryName = uniqueName('guard/own');
    await stack.deploy(hardened({ RepositoryName }));
    await push(RepositoryName, 12);
    await stack.deploy(hardened({ RepositoryName }, { KeepImages: 5 }));
    const kept = await processed(stack.stackName);
    expect(kept).toMatchObject({ code: 'policy-written-back' });
    expect(kept.reason).toContain('expire 7 images, 1 of them pulled recently: v0');
    expect((await settings(RepositoryName)).lifecyclePolicyText).toBe(textKeeping(20));
    await stack.deploy(hardened({ RepositoryName }, { KeepImages: 12 }));
    expect((await settings(RepositoryName)).lifecyclePolicyText).toBe(textKeeping(12));
  });

  test('that was made by hand is written back, whichever way it is named', async () => {
    for (const properties of [{ RepositoryName: uniqueName('guard/hand') }, {}]) {
      const stack = newStack();
      const named = hardened(properties);
      const logicalId = uniqueName('Hand').replaceAll('-', '');
      const document = { ...named, Resources: { [logicalId]: named.Resources.Images } };
      await stack.deploy({ ...document, Outputs: { Name: { Value: { Ref: logicalId } } } });
      const { Name: repositoryName = '' } = await stack.outputs();
      await clients.ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: byHand }));
      const tagged = { ...properties, Tags: [{ Key: 'team', Value: 'payments' }] };
      const changed = { [logicalId]: { ...named.Resources.Images, Properties: tagged } };
      expect(await stack.deploy({ ...document, Resources: changed })).toEqual({ kind: 'deployed' });
      expect(JSON.parse((await settings(repositoryName)).lifecyclePolicyText ?? '')).toEqual(
        JSON.parse(byHand),
      );
    }
  });

  test('is not touched where it cannot be read: the change set fails with the permission to add', async () => {
    const stack = newStack();
    const outcome = await stack.deploy(
      hardened({ RepositoryName: uniqueName('guard/denied') }, {}, withoutEcr),
    );
    const reason = 'reason' in outcome ? outcome.reason : '';
    expect(reason).toContain('Allow the role of the macro ecr:GetLifecyclePolicy');
  });
});

test('of several stacks of one template each keeps its own, and a new one gets the default', async () => {
  const logicalId = uniqueName('Shared').replaceAll('-', '');
  const document = (Parameters?: JsonObject, Name = 'EcrHardening') => ({
    ...(Parameters === undefined ? {} : { Transform: { Name, Parameters } }),
    Resources: { [logicalId]: repository({}) },
    Outputs: { Name: { Value: { Ref: logicalId } } },
  });
  const policyOf = async (stack: ReturnType<typeof newStack>) => {
    const { Name = '' } = await stack.outputs();
    return { Name, text: (await settings(Name)).lifecyclePolicyText };
  };
  const [hardenedBefore, plain, fresh] = [newStack(), newStack(), newStack()];
  await hardenedBefore.deploy(document({ KeepImages: 7 }));
  await plain.deploy(document());
  await push((await policyOf(plain)).Name, 9);
  // No policy is right for both, and which stack has which is not known.
  const unread = await fresh.deploy(document({ KeepImages: 6 }, withoutStacks));
  expect('reason' in unread ? unread.reason : '').toContain((await policyOf(plain)).Name);
  for (const stack of [hardenedBefore, plain, fresh])
    expect(await stack.deploy(document({ KeepImages: 6 }))).toEqual({ kind: 'deployed' });
  expect((await policyOf(hardenedBefore)).text).toBe(textKeeping(6));
  expect((await policyOf(plain)).text).toBeUndefined();
  expect((await policyOf(fresh)).text).toBe(textKeeping(6));
});

test('a required source that cannot be read withholds the default where it would expire images', async () => {
  const stack = newStack();
  const RepositoryName = uniqueName('guard/unread');
  await stack.deploy({ Resources: { Images: repository({ RepositoryName }) } });
  await push(RepositoryName, 3, false);
  await stack.deploy(hardened({ RepositoryName }, { KeepImages: 2 }, withoutEcs));
  const withheld = await processed(stack.stackName);
  expect(withheld).toMatchObject({ policy: undefined, code: 'default-withheld' });
  expect(withheld.reason).toContain('Amazon ECS was not read (ecs:ListClusters is not allowed)');
  await stack.deploy(hardened({ RepositoryName }, { KeepImages: 2 }));
  const written = await processed(stack.stackName);
  expect(written).toMatchObject({ policy: textKeeping(2), code: 'default-guarded' });
  expect(written.reason).toContain('1 image without evidence of use');
});

test('a repository that is new gets the default', async () => {
  const stack = newStack();
  expect(await stack.deploy(hardened({ RepositoryName: uniqueName('guard/new') }))).toEqual({
    kind: 'deployed',
  });
  expect(await processed(stack.stackName)).toMatchObject({
    policy: textKeeping(20),
    code: 'no-lifecycle-policy',
  });
});

test('an index is in use by the digest of an image to which it refers; reading that leaves no pull', async () => {
  const stack = newStack();
  const RepositoryName = uniqueName('guard/index');
  await stack.deploy({ Resources: { Images: repository({ RepositoryName }) } });
  const { index, member } = await pushOldIndex(RepositoryName);
  const user = await newTaskDefinition([addressOf(RepositoryName, `@${member}`)]);
  await stack.deploy(hardened({ RepositoryName }, { KeepImages: 1 }));
  const withheld = await processed(stack.stackName);
  expect(withheld).toMatchObject({ policy: undefined, code: 'default-withheld' });
  expect(withheld.reason).toContain(
    `expire 1 image, 1 of them in use: v1 (${index.slice(0, 19)}): in use by ${user}`,
  );
  expect(await pulledImages(RepositoryName)).toEqual([]);
  // The role of the copy has no exclusion: it reads no manifest, and says so.
  await stack.deploy(hardened({ RepositoryName }, { KeepImages: 1 }, refusing));
  const written = await processed(stack.stackName);
  expect(written).toMatchObject({ code: 'default-guarded' });
  expect(written.reason).toContain(
    'which images its image indexes refer to was not read (reading them would count as a pull',
  );
  expect(await pulledImages(RepositoryName)).toEqual([]);
});
