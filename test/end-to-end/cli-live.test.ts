import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocatedFinding } from '../../cli/findings.ts';
import type { JsonObject } from '../../core/json.ts';
import { type FleetInUse, fillWithFleet } from './support/fleet-in-use.ts';
import { repository } from './support/new-stack.ts';
import { runCommand } from './support/run-command.ts';
import { clients, uniqueName } from './support/stacks.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-live-'));
const run = (args: readonly string[], environment: Record<string, string> = {}) =>
  runCommand(args, { folder, environment });
const name = uniqueName('live').toLowerCase();
let fleet: FleetInUse;

/** The template of the fleet's repository, and of one that is not there yet. */
function template(parameters: JsonObject = {}): string {
  const file = join(folder, `${JSON.stringify(parameters).length}.json`);
  const Parameters = { Name: { Type: 'String', Default: name } };
  const Images = {
    ...repository({ RepositoryName: { Ref: 'Name' } }),
    Metadata: { EcrHardening: parameters },
  };
  const New = repository({ RepositoryName: `${name}-new` });
  writeFileSync(file, JSON.stringify({ Transform: 'EcrHardening', Parameters, Resources: { Images, New } }));
  return file;
}

async function check(file: string, environment?: Record<string, string>) {
  const { code, out, err } = await run(['check', '--live', '--format', 'json', file], environment);
  expect(err).toBe('');
  const { findings }: { findings: LocatedFinding[] } = JSON.parse(out);
  const ofPolicy = (id: string) =>
    findings.find(({ control, place }) => control === 'LifecyclePolicy' && place.startsWith(`${id}.`));
  return { code, images: ofPolicy('Images'), another: ofPolicy('New') };
}

beforeAll(async () => {
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  fleet = await fillWithFleet(name);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('check --live of a repository with 500 images, 167 of them in use', () => {
  test('fails, and names each image in use that the default would delete, with its users', async () => {
    const { code, images, another } = await check(template());
    expect(code).toBe(1);
    expect(images).toMatchObject({
      level: 'warning',
      code: 'default-withheld',
      live: { affected: 480, unread: [] },
    });
    const [found, ...others] = images?.live?.repositories ?? [];
    expect(others).toEqual([]);
    expect(found?.name).toBe(name);
    // The newest 20 stay.
    const expected = fleet.images.slice(0, -20).filter(({ use }) => use !== undefined);
    const digestsOf = (all: readonly { readonly digest: string }[] = []) =>
      all.map(({ digest }) => digest).sort();
    expect(digestsOf(found?.inUse)).toEqual(digestsOf(expected));
    for (const { digest, use } of expected) {
      const arns = found?.inUse.find((each) => each.digest === digest)?.users.map(({ arn }) => arn);
      // Of a pod Inspector knows the cluster.
      if (use?.way === 'pod') expect(arns?.join()).toContain(':cluster/prod');
      else if (use?.arn !== undefined) expect(arns).toContain(use.arn);
    }
    expect(images?.live?.instead).toMatchObject({ KeepImages: expect.any(Number) });
    // One that is not there has nothing to lose.
    expect(another).toMatchObject({ level: 'note', code: 'no-lifecycle-policy' });
  });

  test('passes with what it says to write instead', async () => {
    const { images } = await check(template());
    const instead = Object(images?.live?.instead);
    const { code, images: after } = await check(template(instead));
    expect(code).toBe(0);
    expect(after?.live?.repositories ?? []).toEqual([]);
  });

  test('says what could not be read, and never that it is unused', async () => {
    const { code, images } = await check(template(), { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9' });
    expect(code).toBe(1);
    expect(images?.live?.unread).toMatchObject([{ what: 'lambda' }]);
  });
});

test('diff --live writes no policy that would delete images in use, and says by whom they are', async () => {
  const { code, out } = await run(['diff', '--live', template()]);
  expect(code).toBe(0);
  expect(out).toContain(
    `note Images.Properties.LifecyclePolicy: No lifecycle policy is written: in ${name} `,
  );
  expect(out).toContain('in use by arn:aws:');
  expect(out).toContain('note write instead: set KeepImages: ');
  expect(out.match(/LifecyclePolicyText/g)).toHaveLength(1);
});

test('expand --live prints the template without that policy, and says so beside it; without a look it warns', async () => {
  const looked = await run(['expand', '--live', template()]);
  const { Images, New } = JSON.parse(looked.out).Resources;
  expect({ code: looked.code, ...Images.Properties }).toMatchObject({
    code: 0,
    ImageTagMutability: 'IMMUTABLE',
  });
  expect(Images.Properties).not.toHaveProperty('LifecyclePolicy');
  // There is no such repository yet, and so no image.
  expect(New.Properties).toHaveProperty('LifecyclePolicy');
  expect(looked.err).toMatch(/Images\.Properties\.LifecyclePolicy: .*in use/);
  expect(looked.err).toMatch(
    /New gets the default lifecycle policy, .*\(it would delete and archive no image now\)\n/,
  );

  const blind = await run(['expand', template()]);
  expect(JSON.parse(blind.out).Resources.Images.Properties).toHaveProperty('LifecyclePolicy');
  expect(blind.err).toMatch(/Images and New get the default lifecycle policy, .*check --live\)\n$/);
});
