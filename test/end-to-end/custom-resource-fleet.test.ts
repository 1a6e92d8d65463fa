import { beforeAll, expect, test } from '@jest/globals';
import { claimsOf } from './support/claims.ts';
import { newStack, settings } from './support/new-stack.ts';
import { attributes, existing, settingsTemplate } from './support/settings-stack.ts';
import { uniqueName } from './support/stacks.ts';
import { recordCalls, writesSince } from './support/writes.ts';

const asCreated = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
const safe = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };
const counts = attributes('Matched', 'Changed', 'Unchanged');

beforeAll(recordCalls);

test('a pattern over more than 200 repositories hardens them, finds nothing to do again, and gives all back', async () => {
  const prefix = uniqueName('fleet');
  const named = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}/${kind}-${index}`);
  const services = named('service', 210);
  const excluded = [...named('cache', 5), ...named('scratch', 5)];
  await Promise.all([...services, ...excluded].map((name) => existing({ name })));
  const stack = newStack();
  const properties = {
    RepositoryName: `${prefix}/*`,
    Exclude: [`${prefix}/cache-*`, '*/scratch-*'],
    MutableTags: '',
  };
  const isMeant = (name: string) => name.startsWith(`${prefix}/`);

  expect(await stack.deploy(settingsTemplate(properties, counts))).toEqual({ kind: 'deployed' });
  expect(await stack.outputs()).toEqual({ Matched: '210', Changed: '210', Unchanged: '0' });
  for (const name of services) expect(await settings(name)).toMatchObject(safe);
  for (const name of excluded) {
    expect(await settings(name)).toMatchObject(asCreated);
    expect(await claimsOf(name)).toBeUndefined();
  }

  const since = Date.now();
  const again = settingsTemplate({ ...properties, OnDelete: 'Restore' }, counts);
  expect(await stack.deploy(again)).toEqual({ kind: 'deployed' });
  expect(await stack.outputs()).toEqual({ Matched: '210', Changed: '0', Unchanged: '210' });
  expect(await writesSince(since, isMeant)).toEqual([]);

  await stack.delete();
  for (const name of services) expect(await settings(name)).toMatchObject(asCreated);
  expect(await claimsOf(services[0] ?? '')).toBeUndefined();
});
