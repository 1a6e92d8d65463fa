/** A Create or an Update: it reads and decides everything first, and only then writes and proves. */

import { readUntil } from '../../aws/deadline.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isOneOf, type JsonObject } from '../../core/json.ts';
import {
  type AccountChange,
  changeAccountSettings,
  readAccountChanges,
  weakenedSettings,
} from './account-changes.ts';
import { dryRunData, settingsData } from './attributes.ts';
import { type ImageInUse, imagesInUse, refuseExpiry } from './expiry-guard.ts';
import { fingerprint } from './fingerprint.ts';
import { holderOf } from './memory.ts';
import { type Ask, isChanging, type Plan, planRepository } from './plan.ts';
import { parseProperties, type Wanted } from './properties/properties.ts';
import { exactName, selectionNames } from './properties/selection.ts';
import { release } from './release.ts';
import type { SettingsRequest } from './request.ts';
import type { Answer } from './response.ts';
import { type Scanning, unscannedReason } from './scanning.ts';
import type { Surroundings } from './surroundings.ts';
import {
  readLifecycles,
  readTags,
  remembersLifecycle,
  repositoriesNamed,
  selectRepositories,
  type Tagged,
  wholeRegistry,
} from './survey.ts';
import { timeReason } from './time-needed.ts';
import { proveAll, writeAll } from './writing.ts';

type ApplyingRequest = Exclude<SettingsRequest, { readonly requestType: 'Delete' }>;

/** A sentence that fails the request; `message` is the same for the log, without anything of the author's. */
interface Refusal {
  readonly message: string;
  readonly refusal: string;
}

/** What is going to be written; until here nothing has been. */
interface Decision {
  readonly plans: readonly Plan[];
  /** Repositories that were looked at and are not selected: an Update may have to let go of some. */
  readonly passedOver: readonly Tagged[];
  readonly account: readonly AccountChange[];
}

/**
 * Serves a Create or an Update.
 *
 * @param id the physical id of the resource; a failure answers with another one where its Create failed
 */
export async function apply(
  request: ApplyingRequest,
  id: string,
  surroundings: Surroundings,
): Promise<Answer> {
  const { log } = surroundings;
  const fail = ({ message, refusal }: Refusal): Answer => {
    log({ level: 'WARN', message });
    return { status: 'FAILED', physicalResourceId: id, reason: refusal };
  };
  const parsed = parseProperties(request.properties);
  if ('problems' in parsed)
    return fail({
      message: 'properties refused',
      refusal: `${request.logicalResourceId}: ${sentence(parsed.problems)}`,
    });
  const { wanted } = parsed;
  const decision = await decide(request, wanted, holderOf(id), surroundings);
  if ('refusal' in decision) return fail(decision);
  const done = wanted.dryRun
    ? await pretend(wanted, decision, surroundings)
    : await execute(request, wanted, decision, holderOf(id), surroundings);
  return 'refusal' in done ? fail(done) : { status: 'SUCCESS', physicalResourceId: id, ...done };
}

interface Done {
  readonly data: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

async function decide(
  request: ApplyingRequest,
  wanted: Wanted,
  holder: string,
  surroundings: Surroundings,
): Promise<Decision | Refusal> {
  const { log, policy, allowWeakening } = surroundings;
  const account = await readAccountChanges(wanted.accountSettings, surroundings);
  const losses = allowWeakening ? [] : weakenedSettings(account);
  if (losses.length > 0)
    return {
      message: 'refused by policy',
      refusal: `${losses.join(' and ')} would make the account less safe than it is, which is refused unless the application is deployed with AllowWeakening: true.`,
    };
  if (wanted.selection === undefined) return { plans: [], passedOver: [], account };

  const startedAt = performance.now();
  const survey = await selectRepositories(wanted.selection, surroundings);
  if ('refusal' in survey) return { message: 'selection refused', refusal: survey.refusal };
  const { selected, passedOver } = survey;
  const found = await readLifecycles(
    selected,
    (memory) => wanted.lifecyclePolicy !== undefined || remembersLifecycle(memory),
    surroundings,
  );
  const name = exactName(wanted.selection);
  if (name !== undefined && found.length < selected.length)
    return { message: 'deleted meanwhile', refusal: `Repository ${name} was deleted while it was read.` };
  const readingMs = performance.now() - startedAt;
  log({ message: 'read', repositories: found.length, readingMs: Math.round(readingMs) });

  const ask: Ask = {
    wanted,
    holder,
    by: fingerprintOf(request.properties),
    replaces:
      request.requestType === 'Update'
        ? fingerprintOf(request.oldProperties)
        : fingerprint(request.requestId),
    policy,
    allowWeakening,
  };
  const plans: Plan[] = [];
  const refusals: string[] = [];
  for (const each of found) {
    const planned = planRepository(ask, each);
    if ('refusal' in planned) refusals.push(planned.refusal);
    else plans.push(planned.plan);
  }
  if (refusals.length > 0) return { message: 'refused by policy', refusal: `${fewOf(refusals)}.` };
  const outOfTime = timeReason(
    plans,
    readingMs / (selected.length + passedOver.length),
    surroundings.deadline,
  );
  if (outOfTime !== undefined) return { message: 'too many for the time', refusal: outOfTime };
  const inUse = await inUseOf(plans, wanted, surroundings);
  if (inUse.length > 0)
    return {
      message: 'images in use would expire',
      refusal: refuseExpiry(inUse, wanted.protectPulledWithinDays),
    };
  return { plans, passedOver, account };
}

/** The images in use that the lifecycle policies to be put would expire, over all repositories. */
async function inUseOf(
  plans: readonly Plan[],
  { protectPulledWithinDays: days }: Wanted,
  surroundings: Surroundings,
): Promise<readonly ImageInUse[]> {
  if (days === 0) return [];
  const images = await mapConcurrently(plans, async ({ found, lifecyclePolicy, isBack }) =>
    // A rollback must not fail; what it brings back was there, and let what it expires expire.
    typeof lifecyclePolicy === 'string' && !isBack
      ? imagesInUse(found.repository.name, lifecyclePolicy, days, surroundings)
      : [],
  );
  return images.flat();
}

/** Answers what would be changed, beside the attributes as they are; no write is made. */
async function pretend(
  wanted: Wanted,
  { plans, account }: Decision,
  surroundings: Surroundings,
): Promise<Done> {
  const isOne = namesOne(wanted);
  const scanning = await scanningOf(isOne ? plans : [], surroundings);
  surroundings.log({ message: 'dry run', repositories: plans.length });
  return { data: dryRunData(plans, account, scanning, isOne), notes: plans.flatMap(({ notes }) => notes) };
}

async function execute(
  request: ApplyingRequest,
  wanted: Wanted,
  { plans, passedOver, account }: Decision,
  holder: string,
  surroundings: Surroundings,
): Promise<Done | Refusal> {
  const isOne = namesOne(wanted);
  await changeAccountSettings(account, surroundings);
  const proof = await proveAll(await writeAll(plans, isOne, surroundings), surroundings);
  if ('refusal' in proof) return { message: 'not in effect', refusal: proof.refusal };
  const { proven } = proof;
  if (isOne && proven.length < plans.length)
    return {
      message: 'deleted meanwhile',
      refusal: `Repository ${plans[0]?.found.repository.name} was deleted while its settings were written.`,
    };
  // ECR's reads may lag behind its writes.
  const scanning = await readUntil(
    () => scanningOf(isOne || wanted.requireScanning ? proven : [], surroundings),
    (read) => !wanted.requireScanning || unscannedReason(read) === undefined,
    surroundings.deadline,
  );
  const unscanned = wanted.requireScanning ? unscannedReason(scanning) : undefined;
  if (unscanned !== undefined) return { message: 'not scanned', refusal: unscanned };
  const changed = proven.filter(isChanging);
  surroundings.log({
    message: changed.length === 0 ? 'nothing to change' : 'settings in effect',
    matched: proven.length,
    changed: changed.map(({ found }) => found.repository.name),
  });
  const left = await releaseLeft(request, { plans, passedOver }, holder, surroundings);
  return {
    data: settingsData(proven, scanning, isOne),
    notes: [...proven.flatMap(({ notes }) => notes), ...left],
  };
}

/** Lets go of what an Update selects no more. */
async function releaseLeft(
  request: ApplyingRequest,
  { plans, passedOver }: Pick<Decision, 'plans' | 'passedOver'>,
  holder: string,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  if (request.requestType !== 'Update') return [];
  const old = parseProperties(request.oldProperties);
  // Properties that are refused were never applied by this version.
  if ('problems' in old || old.wanted.selection === undefined) return [];
  const { selection } = old.wanted;
  const kept = new Set(plans.map(({ found }) => found.repository.name));
  const isKnown = new Set([...kept, ...passedOver.map(({ repository }) => repository.name)]);
  const isSame =
    fingerprint(selectionOf(request.properties)) === fingerprint(selectionOf(request.oldProperties));
  const only = exactName(selection);
  // What one name selected, or the same properties, needs no second look at the registry.
  const isSeen = isSame || (only !== undefined && isKnown.has(only));
  const before = old.wanted.dryRun ? wholeRegistry(selection) : selection;
  const named = isSeen && !old.wanted.dryRun ? [] : await repositoriesNamed(before, surroundings);
  const unknown = await readTags(
    named.filter(({ name }) => !isKnown.has(name)),
    surroundings,
  );
  const left = [...passedOver, ...unknown];
  return left.length === 0
    ? []
    : release(left, { holder, how: old.wanted.onDelete, mayFail: true }, surroundings);
}

function namesOne({ selection }: Wanted): boolean {
  return selection !== undefined && exactName(selection) !== undefined;
}

async function scanningOf(plans: readonly Plan[], { ecr }: Pick<Surroundings, 'ecr'>): Promise<Scanning> {
  if (plans.length === 0) return { frequencies: new Map(), type: 'BASIC' };
  const names = plans.map(({ found }) => found.repository.name);
  const known = await ecr.scanFrequencies(names);
  // Where ECR gives no answer nothing is promised.
  const frequencies = new Map(names.map((name) => [name, known.get(name) ?? ('MANUAL' as const)]));
  return { frequencies, type: await ecr.scanType() };
}

/** The properties by which an Update that rolls back is known: CloudFormation's own apart. */
function fingerprintOf({ ServiceToken: _, ServiceTimeout: __, ...properties }: JsonObject): string {
  return fingerprint(properties);
}

function selectionOf(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isOneOf(selectionNames, name)));
}

const mostRefusals = 10;

function fewOf(clauses: readonly string[]): string {
  const rest = clauses.length > mostRefusals ? `; and ${clauses.length - mostRefusals} more` : '';
  return `${clauses.slice(0, mostRefusals).join('; ')}${rest}`;
}

/** Clauses as one sentence; a clause that asks ("did you mean …?") ends it as well as a full stop. */
function sentence(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return text.endsWith('?') ? text : `${text}.`;
}
