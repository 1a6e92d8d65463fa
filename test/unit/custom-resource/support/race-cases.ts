/** Random races: what each resource wants, what comes at the same time, and what must hold when all has ended. */
import { policies } from './model-settings.ts';
import { type Answer, type Contender, type Race, type Request, randomOf, startRace } from './race.ts';
import { safe, unsafe } from './registry.ts';
import type { Server } from './server.ts';

const mutabilities = [
  { mutability: 'IMMUTABLE', exclusions: [] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest', 'dev*'] },
] as const;
const patterns = ['*', '*', 'a*', 'a1', 'b'];
const keys = ['a1', 'a2', 'b'];
// Who waits for somebody that waits as well fails at the deadline of its work, after half of a minute.
const longestMs = 55_000;

type Pick = <Value>(values: readonly Value[]) => Value;

/** Runs the race of a seed. @returns what was wrong, with what had happened */
export async function runRace(server: Server, seed: number): Promise<readonly string[]> {
  const random = randomOf(seed);
  const pick: Pick = (values) => {
    const [value] = values.slice(Math.floor(random() * values.length));
    return value as (typeof values)[number];
  };
  const race = startRace(server, `race-${seed}`);
  const before = keys.map(
    (key) => [key, { ...pick([unsafe, unsafe, safe]), policy: pick([undefined, policies[1]]) }] as const,
  );
  for (const [key, present] of before) race.put(key, present);
  const contenders = contendersOf(random, pick);
  const log: string[] = [];
  const problems: string[] = [];
  const phase = async (requests: readonly Request[]) => {
    const answers = await Promise.all(requests.map((request) => race.send(request)));
    for (const [index, answer] of answers.entries()) {
      const request = requests[index];
      if (request === undefined) continue;
      log.push(wordsOf(request, answer));
      problems.push(...problemsOf(request, answer));
    }
    log.push(`  ${keys.map((key) => stateOf(race, key)).join(', ')}`);
    problems.push(...race.wrongs());
    return answers;
  };
  const creates = contenders.flatMap((contender, index) =>
    createsOf(contender, `create-${seed}-${index}`, random),
  );
  const created = await phase(creates);
  for (const { contender, isCancelled } of creates)
    if (isCancelled === true) problems.push(...race.leftTo(contender));
  const alive = contenders.flatMap((contender) => {
    const own = creates.findIndex((each) => each.contender === contender && each.type === 'Create');
    const answer = created[own];
    const isCancelled = creates[own]?.isCancelled === true;
    return answer === undefined || isCancelled
      ? []
      : [{ contender, id: answer.id, isMade: answer.status === 'SUCCESS' }];
  });
  const updates = alive.map(
    (
      { contender, id, isMade },
      index,
    ): { readonly now: Contender; readonly id: string; readonly request: Request | undefined } => {
      if (!isMade || random() < 0.5) return { now: contender, id, request: undefined };
      const now = { ...contender, pattern: pick(patterns), mutability: pick(mutabilities) };
      const requestId = `update-${seed}-${index}`;
      return { now, id, request: { type: 'Update', contender: now, old: contender, requestId, id } };
    },
  );
  await phase(
    updates.flatMap(({ request }) =>
      request === undefined ? [] : [request, ...(random() < 0.3 ? [request] : [])],
    ),
  );
  // An Update that was refused is rolled back, and deleted as it was.
  await phase(
    updates.flatMap(({ now, id }, index): Request[] => {
      const request = { type: 'Delete', contender: now, requestId: `delete-${seed}-${index}`, id } as const;
      return random() < 0.3 ? [request, request] : [request];
    }),
  );
  problems.push(...leftOvers(race, before, contenders));
  race.clear();
  return problems.length === 0 ? [] : [...new Set(problems), ...log];
}

function contendersOf(random: () => number, pick: Pick): readonly Contender[] {
  const isOneStack = random() < 0.5;
  const isRestoring = random() < 0.6;
  return Array.from({ length: random() < 0.5 ? 2 : 3 }, (_, index) => ({
    stack: isOneStack ? 'one' : `stack-${index}`,
    logicalId: `R${index}`,
    pattern: pick(patterns),
    mutability: pick(mutabilities),
    policy: pick([undefined, undefined, policies[0]]),
    onDelete: isRestoring ? 'Restore' : pick(['Restore', 'Retain'] as const),
  }));
}

/** A Create: twice, or cancelled, or alone. */
function createsOf(contender: Contender, requestId: string, random: () => number): readonly Request[] {
  const request: Request = { type: 'Create', contender, requestId, delayMs: random() * 30 };
  const kind = random();
  if (kind < 0.25) return [request, { ...request, delayMs: random() * 60 }];
  if (kind > 0.25 + 0.2) return [request];
  const cancelled = { ...request, delayMs: 0, isCancelled: true };
  const id = `stack-${contender.logicalId}-1QABCDEFGH`;
  const gone = { type: 'Delete', contender, requestId: `${requestId}-gone`, id, isCancelled: true } as const;
  return [cancelled, { ...gone, delayMs: 25 + random() * 150 }];
}

function problemsOf(request: Request, { status, reason, tookMs, untrue }: Answer): readonly string[] {
  const isRefused = reason.includes('less safe') && request.type !== 'Delete';
  const isStopped = reason.includes('A Delete of this resource') && request.isCancelled === true;
  return [
    ...untrue,
    ...(status === 'SUCCESS' || isRefused || isStopped ? [] : [`${request.type} failed: ${reason}`]),
    ...(reason.includes('NOT PUT BACK') ? [reason] : []),
    ...(tookMs > longestMs ? [`${request.type} took ${Math.round(tookMs)} ms`] : []),
  ];
}

/** When every resource is gone, nothing of them is left; where all give back, everything is as it was. */
function leftOvers(
  race: Race,
  before: readonly (readonly [string, NonNullable<ReturnType<Race['present']>>])[],
  contenders: readonly Contender[],
): readonly string[] {
  const isRestored = contenders.every(({ onDelete }) => onDelete === 'Restore');
  const left = contenders.flatMap((contender) => race.leftTo(contender));
  const changed = before.flatMap(([key, was]) => {
    const isSame = JSON.stringify(race.present(key)) === JSON.stringify({ ...was });
    return isRestored && !isSame ? [`${key} was ${JSON.stringify(was)} and is ${stateOf(race, key)}`] : [];
  });
  return [...left, ...changed];
}

function stateOf(race: Race, key: string): string {
  const { mutability, exclusions = [], scanOnPush, policy } = race.present(key) ?? {};
  const holders = race.record(key)?.claims.map(({ holder }) => holder.slice('ecr-settings-'.length, 25));
  return `${key} ${[mutability, ...exclusions].join(':')}/${scanOnPush}/${policy?.length ?? '-'} ${holders?.join(' < ')}`;
}

function wordsOf({ type, contender, delayMs }: Request, { status, reason, tookMs }: Answer): string {
  const { stack, logicalId, pattern, mutability, policy, onDelete } = contender;
  const wish = [pattern, mutability.mutability, ...mutability.exclusions, policy?.length, onDelete].join(' ');
  return `${type} ${stack}/${logicalId} {${wish}} +${Math.round(delayMs ?? 0)}: ${status} in ${Math.round(tookMs)} ms ${reason}`;
}
