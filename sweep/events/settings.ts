/** Hardens the repositories that events name and that are not safe, or reports what would be done. */
import { type Origins, originOf } from '../../audit/origin.ts';
import { readScanning } from '../../audit/read/scanning.ts';
import type { Read } from '../../audit/unread.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { type Undoing, unknownActor } from '../../core/claims/drift.ts';
import { actorOf, isByCloudFormation, type RegistryEvent } from '../../core/registry-events/event.ts';
import type { WritableSettingName } from '../../core/settings/repository-settings.ts';
import { assessSettings, type SettingsReading } from '../assess.ts';
import { type Decision, decide, isSafe } from '../decide.ts';
import { countDrift, type Drifted, type DriftSubject, exemptionOf, foundUndone } from '../drift.ts';
import { hardenEach } from '../harden-each.ts';
import { tagsOf } from '../read-tags.ts';
import { attemptedResult, bareResult } from '../result-of.ts';
import type { RepositoryResult } from '../results.ts';
import type { EventOutcome, EventsContext } from './events-context.ts';
import { itemOf, type Subject } from './subject.ts';

/** What the settings of one repository come to. */
export type Settled = Pick<EventOutcome, 'result' | 'drift'>;

/**
 * By name.
 *
 * @param subjects those that are not safe
 * @param readAt when they were described, in milliseconds since 1970
 * @throws errors of DynamoDB; OutOfTime
 */
export async function settleSettings(
  subjects: readonly Subject[],
  readAt: number,
  context: EventsContext,
): Promise<ReadonlyMap<string, Settled>> {
  if (subjects.length === 0) return new Map();
  const { settings, times, claims, now, log } = context;
  const ecr = context.ecr.until(times.working);
  const [scanning, origins] = await Promise.all([
    readScanning(
      ecr,
      subjects.map(({ repository }) => repository.name),
    ),
    context.origins(),
  ]);
  const decided = await mapConcurrently(subjects, async (subject) => {
    const { name, tagMutability, scanOnPush } = subject.repository;
    const scan = scanning.get(name) ?? ({ unknown: { code: 'scanning-not-returned' } } as const);
    const origin = originIn(subject, origins);
    return decideOne(subject, { tagMutability, scanOnPush, scan, origin }, context);
  });
  const open = decided.filter(({ isToHarden }) => isToHarden);
  const isMending = settings.mode === 'Mend';
  const drifted = await countDrift(
    open.map(({ subject: { repository }, exemptAt }) => ({
      ...repository,
      ...(exemptAt === undefined ? {} : { exemptAt }),
    })),
    (name, undone) => (isMending ? undoingsOf(subjects, name, undone, { sweep: context.name, readAt }) : []),
    { claims: claims.until(times.working), log, readAt, now },
  );
  const toHarden = new Map(
    open.flatMap(({ result: { name, changes } }) =>
      drifted.get(name)?.left === undefined ? [[name, changes]] : [],
    ),
  );
  const usage = { readAt, references: [], sources: {}, byRepository: new Map() };
  const info = { sweep: context.name, registry: context.registry };
  const attempted = isMending ? await hardenEach(toHarden, { info, usage }, context) : new Map();
  return new Map(
    decided.map(({ result }) => {
      const drift = drifted.get(result.name);
      const outcome = attempted.get(result.name);
      const done = outcome === undefined ? result : attemptedResult(result, {}, outcome);
      return [
        result.name,
        settledOf(drift?.left === undefined ? done : leftAlone(result, drift.left), drift),
      ];
    }),
  );
}

function settledOf(result: RepositoryResult, drift: Drifted | undefined): Settled {
  return drift === undefined || drift.undone.length === 0 ? { result } : { result, drift };
}

function leftAlone(result: RepositoryResult, left: NonNullable<Drifted['left']>): RepositoryResult {
  return { ...result, state: 'left-after-drift', reason: { code: 'left-after-drift', ...left } };
}

interface Decided extends Pick<DriftSubject, 'exemptAt'> {
  readonly subject: Subject;
  readonly result: RepositoryResult;
  readonly isToHarden: boolean;
}

/** Tags and stack matter only where it is not safe. */
async function decideOne(
  subject: Subject,
  reading: SettingsReading,
  context: EventsContext,
): Promise<Decided> {
  const { settings, times } = context;
  const item = itemOf(subject.repository);
  const assessment = assessSettings(reading, settings.policy);
  if (isSafe(assessment))
    return {
      ...{ subject, isToHarden: false },
      result: bareResult(item, { state: 'safe', notes: assessment.notes }),
    };
  const [tags, stack] = await Promise.all([
    settings.policy.AllowExemptions ? tagsOf(item, context.ecr.until(times.working)) : undefined,
    stackOf(subject, context),
  ]);
  if (tags === 'gone') return { subject, isToHarden: false, result: bareResult(item, { state: 'deleted' }) };
  const decision = decide({ assessment, stack, tags }, settings, context.now());
  const isToHarden = decision.state === 'to-harden';
  const { policy } = settings;
  return { subject, isToHarden, result: resultOf(subject, decision, stack), ...exemptionOf(tags, policy) };
}

function resultOf(
  { repository }: Subject,
  { state, changes, reason, exemption, notes }: Decision,
  stack: Read<string | undefined>,
): RepositoryResult {
  return bareResult(itemOf(repository), {
    state: state === 'to-harden' ? 'would-harden' : state,
    ...{ changes, notes },
    ...(reason === undefined ? {} : { reason }),
    ...(exemption === undefined ? {} : { exemption }),
    ...(typeof stack === 'string' ? { stack } : {}),
  });
}

/** What CloudFormation itself has made belongs to a stack, also where that is not found yet. */
async function stackOf(
  { repository, events }: Subject,
  context: EventsContext,
): Promise<Read<string | undefined>> {
  const stack = await context.stackOf(repository.name);
  const isOfStack = stack === undefined && events.some(({ by }) => isByCloudFormation(by));
  return isOfStack ? { unknown: { code: 'stack-not-found' } } : stack;
}

/** What the events show of it is surer than the registry's rules, which are not known of other accounts. */
function originIn({ repository, events }: Subject, origins: Origins): SettingsReading['origin'] {
  const shown = events.findLast(({ origin }) => origin !== undefined)?.origin;
  const isPushedTo = events.some(({ action }) => action === 'push');
  return shown ?? originOf(repository.name, origins, isPushedTo);
}

/**
 * The calls that have undone these settings of a repository. Where none of the events is such a call, somebody has made it
 * all the same: its event is still to come, and will find the repository restored.
 */
function undoingsOf(
  subjects: readonly Subject[],
  name: string,
  undone: readonly WritableSettingName[],
  { sweep, readAt }: { readonly sweep: string; readonly readAt: number },
): readonly Undoing[] {
  const events = subjects.find(({ repository }) => repository.name === name)?.events ?? [];
  const shown = events.flatMap((event) => undoingIn(event, undone));
  return shown.length > 0 ? shown : foundUndone(undone, { sweep, readAt });
}

function undoingIn(
  { id, at, by, subject }: RegistryEvent,
  undone: readonly WritableSettingName[],
): readonly Undoing[] {
  const setting = undone.find((each) => each === subject);
  return setting === undefined ? [] : [{ id, at, by: actorOf(by) ?? unknownActor, setting }];
}
