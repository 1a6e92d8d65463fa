/**
 * Stacks over the same repositories at the same time, as CloudFormation carries them out: in parallel, with siblings that
 * fail, and with Deletes of creations that are still running.
 *
 * Whatever happens, what CloudFormation reports is true: the repositories have the settings of a stack that is complete, all
 * of them the same ones; a stack that is not complete has left nothing behind; and when all stacks are deleted, the
 * repositories are as they were.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type DirectStack, directStack, type Template } from './direct-stack.ts';
import { settings } from './new-stack.ts';
import type { Provider } from './provider.ts';
import { holdersUnder } from './requests.ts';
import { existing } from './settings-stack.ts';
import { uniqueName } from './stacks.ts';

const asCreated = 'MUTABLE, not scanned';

/** What a stack's resource asks for. */
type Wish = 'immutable' | 'except latest';

/** Repositories, and the stacks over them. */
interface Round {
  readonly prefix: string;
  /** So many milliseconds at most, at random. */
  delay(most: number): number;
  /** A resource that hardens the repositories, and gives back what there was when it is deleted. */
  hardening(wish: Wish, more?: Record<string, unknown>): Template;
  /** A resource that fails after so many milliseconds. */
  failing(milliseconds: number): Template;
  /** The settings of the repositories, each once. */
  states(): Promise<readonly string[]>;
}

/** One race; the stacks that it leaves complete are deleted after it. */
export interface Race {
  readonly name: string;
  readonly repositories: number;
  /** A second delivery can still run when the stack has settled: it finds that it was stopped, and takes its claims back. */
  readonly outlives?: true;
  /** @returns the stacks, after they have settled */
  run(round: Round): Promise<readonly DirectStack[]>;
}

/** Each request is delivered so many times. */
const create = (stack: DirectStack, Resources: Template, deliveries = 1) =>
  stack.create({ Transform: 'EcrHardening', Resources }, { 'local.deliveries': String(deliveries) });
const complete = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);

async function settled(...stacks: readonly DirectStack[]): Promise<readonly DirectStack[]> {
  await Promise.all(stacks.map((stack) => stack.settled()));
  return stacks;
}

/** Stacks of these resources, created at the same time. */
const together = (...templates: readonly Template[]) => deliveredTogether(1, ...templates);

async function deliveredTogether(
  deliveries: number,
  ...templates: readonly Template[]
): Promise<readonly DirectStack[]> {
  const stacks = templates.map(() => directStack(uniqueName('racing')));
  await Promise.all(stacks.map((stack, index) => create(stack, templates[index] ?? {}, deliveries)));
  return settled(...stacks);
}

export const races: readonly Race[] = [
  {
    name: 'two resources of one template',
    repositories: 3,
    run: ({ hardening }) => together({ A: hardening('immutable'), B: hardening('except latest') }),
  },
  {
    name: 'three resources of one template',
    repositories: 3,
    run: ({ hardening }) =>
      together({ A: hardening('immutable'), B: hardening('immutable'), C: hardening('immutable') }),
  },
  {
    name: 'two stacks',
    repositories: 3,
    run: ({ hardening }) => together({ A: hardening('immutable') }, { A: hardening('except latest') }),
  },
  {
    name: 'three stacks',
    repositories: 3,
    run: ({ hardening }) =>
      together(
        { A: hardening('immutable') },
        { A: hardening('except latest') },
        { A: hardening('immutable') },
      ),
  },
  {
    name: 'two stacks, each request delivered twice',
    repositories: 3,
    run: ({ hardening }) =>
      deliveredTogether(2, { A: hardening('immutable') }, { A: hardening('immutable') }),
  },
  {
    name: 'a sibling that fails while the Create runs, each request delivered twice',
    repositories: 5,
    outlives: true,
    run: ({ hardening, failing, delay }) =>
      deliveredTogether(2, { A: hardening('immutable'), Failing: failing(delay(900)) }),
  },
  {
    name: 'a sibling that fails while the Create runs',
    repositories: 20,
    run: ({ hardening, failing, delay }) =>
      together({ A: hardening('immutable'), Failing: failing(delay(900)) }),
  },
  {
    name: 'a sibling that fails in one of two stacks',
    repositories: 3,
    run: ({ hardening, failing, delay }) =>
      together({ A: hardening('immutable'), Failing: failing(delay(900)) }, { A: hardening('immutable') }),
  },
  {
    name: 'a sibling that fails while an Update runs',
    repositories: 10,
    async run({ hardening, failing, delay }) {
      const [stack] = await together({ A: hardening('except latest') });
      if (stack === undefined) return [];
      const Resources = { A: hardening('immutable'), Failing: failing(delay(900)) };
      await stack.update({ Transform: 'EcrHardening', Resources });
      return settled(stack);
    },
  },
  {
    name: 'DeleteStack while the Create runs, beside another stack',
    repositories: 10,
    async run({ hardening, delay }) {
      const [gone, other] = [directStack(uniqueName('racing')), directStack(uniqueName('racing'))];
      await Promise.all([
        create(gone, { A: hardening('immutable') }),
        create(other, { A: hardening('immutable') }),
      ]);
      await sleep(delay(900));
      await gone.delete();
      return settled(gone, other);
    },
  },
  {
    name: 'a stack that is deleted while another one is created',
    repositories: 5,
    async run({ hardening, delay }) {
      const [first] = await together({ A: hardening('except latest') });
      const second = directStack(uniqueName('racing'));
      await first?.delete();
      await sleep(delay(300));
      await create(second, { A: hardening('immutable') });
      return settled(...(first === undefined ? [] : [first]), second);
    },
  },
];

/** Runs a race once, and holds what must be true after it. */
export async function runRace(race: Race, made: Provider, random: () => number): Promise<void> {
  const round = await startRound(race, made, random);
  const stacks = await race.run(round);
  const statuses = await Promise.all(stacks.map((stack) => stack.status()));
  const isComplete = statuses.map((status) => complete.has(status));
  const held = await holdersUnder(round.prefix);
  const found = { states: await round.states(), failures: await unexpectedFailures(stacks) };
  const history = JSON.stringify(
    { race: race.name, statuses, found, held, events: await eventsOf(stacks) },
    null,
    1,
  );
  expect({ ...found, history }).toEqual({
    states: isComplete.includes(true) ? [expect.stringMatching(/^IMMUTABLE.*, scanned$/)] : [asCreated],
    failures: [],
    history,
  });
  if (!isComplete.includes(true)) {
    if (race.outlives !== true) expect({ held, history }).toEqual({ held: [], history });
    expect({ ...(await stateAtLast(race, round)), history }).toEqual({
      states: [asCreated],
      held: [],
      history,
    });
  }
  const alive = stacks.filter((_, index) => isComplete[index]);
  await Promise.all(alive.map((stack) => stack.delete()));
  const ends = await Promise.all(alive.map((stack) => stack.settled()));
  expect({ ends, ...(await stateAtLast(race, round)), history }).toEqual({
    ends: alive.map(() => 'DELETE_COMPLETE'),
    states: [asCreated],
    held: [],
    history,
  });
}

/**
 * What is left. A delivery that outlives its stack may claim, see that a Delete has come, and give back: then it is read again
 * until nobody claims anything.
 */
async function stateAtLast({ outlives }: Race, { prefix, states }: Round) {
  for (;;) {
    const found = { states: await states(), held: await holdersUnder(prefix) };
    if (outlives !== true || (found.held.length === 0 && found.states.join() === asCreated)) return found;
    await sleep(20);
  }
}

async function startRound(race: Race, made: Provider, random: () => number): Promise<Round> {
  const prefix = uniqueName('races');
  const names = Array.from({ length: race.repositories }, (_, index) => `${prefix}/${index}`);
  await Promise.all(names.map((name) => existing({ name })));
  return {
    prefix,
    delay: (most) => Math.floor(random() * most),
    hardening: (wish, more = {}) => ({
      Type: 'Custom::EcrSettings',
      Properties: {
        RepositoryName: `${prefix}/*`,
        OnDelete: 'Restore',
        MutableTags: wish === 'immutable' ? '' : 'latest',
        ...more,
      },
    }),
    failing: (milliseconds) =>
      made.resource({ CreateMilliseconds: String(milliseconds), CreateAnswer: 'FAILED' }),
    async states() {
      const found = await Promise.all(names.map((name) => settings(name)));
      return [...new Set(found.map(textOf))].toSorted();
    },
  };
}

const textOf = ({ mutability, exclusions, scanOnPush }: Awaited<ReturnType<typeof settings>>) =>
  `${[mutability, ...exclusions].join(' ')}, ${scanOnPush ? 'scanned' : 'not scanned'}`;

async function eventsOf(stacks: readonly DirectStack[]): Promise<readonly string[]> {
  const all = await Promise.all(stacks.map((stack) => stack.events()));
  return all.flat().map(({ what, reason }) => `${what} ${reason}`);
}

/** Failures other than the sibling's, and than what a newer stack may not weaken. */
async function unexpectedFailures(stacks: readonly DirectStack[]): Promise<readonly string[]> {
  const expected = /less safe|Resource (creation|update) cancelled|Message returned: because/;
  const failures = (await eventsOf(stacks)).filter((event) => /^\S+ \S+_FAILED /.test(event));
  return failures.filter((failure) => !expected.test(failure));
}
