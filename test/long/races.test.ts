import { beforeAll, expect, jest, test } from '@jest/globals';
import { type Provider, provider } from '../end-to-end/support/provider.ts';
import { races, runRace } from '../end-to-end/support/races.ts';

jest.setTimeout(600_000);

const rounds = 50;
/** Rounds at the same time: they are about different repositories. */
const atOnce = 5;

let made: Provider;

beforeAll(async () => {
  made = await provider();
});

test.each(races.map((race) => [race.name, race] as const))(`${rounds} times: %s`, async (_name, race) => {
  for (let round = 0; round < rounds; round += atOnce)
    await Promise.all(Array.from({ length: atOnce }, () => runRace(race, made, Math.random)));
  expect.hasAssertions();
});
