import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Bench, startBench } from '../custom-resource/support/bench.ts';
import { holdersIn, recordOf } from '../custom-resource/support/claims-records.ts';
import { repositoryLike, type Settings, safe, unsafe } from '../custom-resource/support/registry.ts';
import { type Keeper, startKeeper } from './support/keeper.ts';

let bench: Bench;
let keeper: Keeper;
beforeAll(async () => {
  bench = await startBench();
  keeper = await startKeeper(bench.server);
});
afterAll(() => bench.stop());
beforeEach(() => {
  bench.server.registry.repositories.clear();
  process.env.MutableTags = 'latest';
});

const excluding: Settings = { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] };
const wish = (tag: string) => ({
  ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
  ImageTagMutabilityExclusionFilters: [
    { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: tag },
  ],
});
const policy = { MutableTags: ['latest'] };

/** A repository that the keeper has hardened, with the tags of MutableTags excluded. */
async function hardened(tags: Readonly<Record<string, string>> = {}): Promise<string> {
  const { repository } = await bench.run({ before: unsafe, tags, properties: { DryRun: true } });
  await keeper.sweep({ policy });
  return repository;
}

const settingsOf = (name: string) => bench.server.registry.repositories.get(name)?.settings;

test("a stack may have the organisation's exclusions over the keeper's claim, and gives them back", async () => {
  process.env.MutableTags = '';
  const { repository } = await bench.run({ before: unsafe, properties: { DryRun: true } });
  await keeper.sweep();
  expect(settingsOf(repository)).toEqual(safe);
  process.env.MutableTags = 'latest';
  const created = await bench.run({ repository, properties: { ...wish('latest'), OnDelete: 'Restore' } });
  expect(created.answer).toMatchObject({ Status: 'SUCCESS' });
  expect(settingsOf(repository)).toEqual(excluding);
  const [first, second] = holdersIn(recordOf(bench.server.claims, repository));
  expect(first).toBe('keeper');
  // What is safe stays the stack's.
  await keeper.sweep({ policy });
  expect(holdersIn(recordOf(bench.server.claims, repository))).toEqual(['keeper', second]);
  const deleted = await bench.run({
    repository,
    sample: 'delete',
    properties: { ...wish('latest'), OnDelete: 'Restore' },
    event: { PhysicalResourceId: second },
  });
  expect(deleted.answer).toMatchObject({ Status: 'SUCCESS' });
  expect(settingsOf(repository)).toEqual(safe);
  await keeper.sweep({ action: 'release' });
  expect(settingsOf(repository)).toEqual(unsafe);
});

test('what was weakened by hand does not come back, however many claims are between', async () => {
  process.env.MutableTags = 'latest,edge';
  const { repository } = await bench.run({ before: unsafe, properties: { DryRun: true } });
  await keeper.sweep({ policy: { MutableTags: ['latest', 'edge'] } });
  await bench.run({ repository, properties: { ...wish('edge'), OnDelete: 'Restore' } });
  const { repositories } = bench.server.registry;
  repositories.set(repository, {
    ...repositoryLike(unsafe),
    ...repositories.get(repository),
    settings: unsafe,
  });
  const properties = { ...wish('latest'), OnDelete: 'Restore' };
  const other = { LogicalResourceId: 'Other' };
  const created = await bench.run({ repository, properties, event: other });
  expect(created.answer).toMatchObject({ Status: 'SUCCESS' });
  const PhysicalResourceId = created.answer?.PhysicalResourceId;
  await bench.run({ repository, sample: 'delete', properties, event: { ...other, PhysicalResourceId } });
  expect(settingsOf(repository)).toMatchObject({ mutability: 'IMMUTABLE_WITH_EXCLUSION', scanOnPush: true });
});

test.each([
  ['another exclusion', wish('v*'), 'TagImmutability'],
  ['mutable tags', { ImageTagMutability: 'MUTABLE' }, 'TagImmutability'],
  ['no scan', { ...wish('latest'), ImageScanningConfiguration: { ScanOnPush: false } }, 'ScanOnPush'],
])('%s is refused, and the reason names the tag that exempts', async (_title, properties, control) => {
  const repository = await hardened();
  const refused = await bench.run({ repository, properties });
  expect(refused.answer).toMatchObject({ Status: 'FAILED' });
  const reason = String(refused.answer?.Reason);
  expect(reason).toContain('less safe than the keeper of this application has made it');
  expect(reason).toContain(`the tag ecr-hardening:exempt with a value such as "${control} until`);
  expect(settingsOf(repository)).toEqual(excluding);
  const tagged = await bench.run({
    repository,
    properties,
    tags: { 'ecr-hardening:exempt': `${control}: a vendor moves its tags` },
  });
  expect(tagged.answer).toMatchObject({ Status: 'SUCCESS' });
  const ended = await hardened({ 'ecr-hardening:exempt': `${control} until 2020-01-31: a vendor` });
  expect((await bench.run({ repository: ended, properties })).answer).toMatchObject({ Status: 'FAILED' });
});

test("what the keeper has hardened over a stack's claim stays when that stack is deleted", async () => {
  const properties = { ImageTagMutability: 'MUTABLE', OnDelete: 'Restore' };
  const { repository } = await bench.run({ before: unsafe, properties });
  const [own] = holdersIn(recordOf(bench.server.claims, repository));
  await keeper.sweep({ policy });
  expect(settingsOf(repository)).toEqual(excluding);
  await bench.run({ repository, sample: 'delete', properties, event: { PhysicalResourceId: own } });
  expect(settingsOf(repository)).toEqual(excluding);
  expect(holdersIn(recordOf(bench.server.claims, repository))).toEqual(['keeper']);
});
