import { beforeAll, expect, jest, test } from '@jest/globals';
import { type Provider, provider } from './support/provider.ts';
import { races, runRace } from './support/races.ts';

// Whole deployments, beside others on the same machine.
jest.setTimeout(240_000);

let made: Provider;

beforeAll(async () => {
  made = await provider();
});

test.each(races.map((race) => [race.name, race] as const))('%s', async (_name, race) => {
  await runRace(race, made, Math.random);
  expect.hasAssertions();
});
