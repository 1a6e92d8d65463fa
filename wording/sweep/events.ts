/** What people are sent after events: who did what to which repository, and what the keeper has done. */
import type { UnreadReason } from '../../audit/unread.ts';
import type { UsageRegistry } from '../../aws/usage/usage-reads.ts';
import { leftAloneFrom } from '../../core/claims/drift.ts';
import { groupBy } from '../../core/group-by.ts';
import { isByCloudFormation, type RegistryEvent } from '../../core/registry-events/event.ts';
import type { EventOutcome } from '../../sweep/events/events-context.ts';
import { isAnyAtRisk, isNewsOfSettings } from '../../sweep/events/news.ts';
import type { KeeperMode } from '../../sweep/sweep-info.ts';
import { unreadClause } from '../audit/unread.ts';
import { pluralise } from '../format.ts';
import { callerWords, eventSentence } from './event-words.ts';
import type { SweepMessage } from './notification.ts';
import { changeClause, reasonSentence, resultNote, riskSentences } from './reasons.ts';
import { countedState, stateLabel, statesInOrder } from './states.ts';

/** In which registry they were, and whether the keeper changes anything. */
export interface EventsPlace {
  readonly registry: UsageRegistry;
  readonly mode: KeeperMode;
}

/** The message about these outcomes, of which there is at least one. */
export function eventsMessage(outcomes: readonly EventOutcome[], place: EventsPlace): SweepMessage {
  const { registryId, region } = place.registry;
  const where = `ECR registry ${registryId} in ${region}`;
  const settings = outcomes.filter(isNewsOfSettings);
  const policies = outcomes.length - settings.length;
  const counts = [
    ...statesInOrder(countsOf(settings)).map(([state, count]) => countedState(state, count)),
    ...(policies === 0 ? [] : [`${policies.toLocaleString('en')} ${policyLabel}`]),
  ];
  const mode = place.mode === 'Report' ? ' The keeper only reports (Keeper: Report).' : '';
  const groups = [...groupBy(outcomes.map(describe), signatureOf).values()];
  return {
    subject: `Keeper: ${counts.join(', ')}, ${where}`.slice(0, 100),
    text: `${[`The keeper has acted on events of the ${where}.${mode}`, ...groups.map(groupText)].join(
      '\n\n',
    )}\n`,
  };
}

const policyLabel = 'with a policy to look at';

function countsOf(outcomes: readonly EventOutcome[]) {
  const counts: Partial<Record<EventOutcome['result']['state'], number>> = {};
  for (const { result } of outcomes) counts[result.state] = (counts[result.state] ?? 0) + 1;
  return counts;
}

interface Described {
  readonly name: string;
  readonly state: string;
  readonly events: readonly RegistryEvent[];
  readonly lines: readonly string[];
}

function describe(outcome: EventOutcome): Described {
  const { repository: name, events, result } = outcome;
  const state = isNewsOfSettings(outcome) ? stateLabel(result.state) : policyLabel;
  return { name, state, events, lines: linesOf(outcome) };
}

/** What repositories have in common that one client made or changed at once, such as those of a CDK app. */
function signatureOf({ state, events, lines }: Described): string {
  return JSON.stringify([state, lines, events.map(({ action, by }) => [action, by && callerWords(by)])]);
}

const maxNames = 50;
const maxEvents = 5;

function groupText(group: readonly Described[]): string {
  const [first] = group;
  const names = group.map(({ name }) => name).toSorted();
  const rest = names.length - maxNames;
  const title = `${names.slice(0, maxNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}: ${first?.state}`;
  const events = group.length === 1 ? (first?.events ?? []) : spanned(group);
  const older = events.length - maxEvents;
  return [
    title,
    ...(older > 0 ? [`  ${pluralise(older, 'earlier event is', 'earlier events are')} left out.`] : []),
    ...events.slice(-maxEvents).map((event) => `  ${eventSentence(event)}`),
    ...(first?.lines ?? []).map((line) => `  ${line}`),
  ].join('\n');
}

/** Of a group the events of the repository that was first, which stand for those of the others. */
function spanned(group: readonly Described[]): readonly RegistryEvent[] {
  const [first] = group.toSorted((one, other) => (one.events[0]?.at ?? 0) - (other.events[0]?.at ?? 0));
  return first?.events ?? [];
}

function linesOf({
  result,
  events,
  drift,
  lifecycle,
  publicBy = [],
  unread = [],
}: EventOutcome): readonly string[] {
  const { state, changes, reason, stack, notes } = result;
  const isDone = state === 'hardened';
  const isByStack = events.some(({ by, subject }) => subject !== 'creation' && isByCloudFormation(by));
  return [
    ...(changes.length === 0 ? [] : [`${changesTitle(state)}: ${changes.map(changeClause).join('; ')}`]),
    ...(reason === undefined ? [] : [reasonSentence(reason)]),
    ...(stack === undefined
      ? []
      : [`Its stack is ${stack}, whose template can harden it (Transform: EcrHardening).`]),
    ...(isByStack ? ["An update of its stack has set this: change the stack's template."] : []),
    ...(drift !== undefined && isDone ? [driftSentence(drift)] : []),
    ...(lifecycle === undefined ? [] : lifecycleSentences(lifecycle)),
    ...publicBy
      .map(
        () =>
          'Its repository policy grants access to everybody: restrict its principals, or add a condition.',
      )
      .slice(0, 1),
    ...unread.map(unreadSentence),
    ...notes.map(resultNote),
  ];
}

function unreadSentence(reason: UnreadReason): string {
  return `It is not known what the policy that was changed does: ${unreadClause(reason)}.`;
}

function changesTitle(state: EventOutcome['result']['state']): string {
  if (state === 'hardened') return 'Changed';
  return state === 'left-after-drift' ? 'Not changed' : 'Would change';
}

function driftSentence({ times }: NonNullable<EventOutcome['drift']>): string {
  return `The hardening was undone, ${times} ${times === 1 ? 'time' : 'times'} in 14 days, and is restored. The keeper leaves the repository alone from ${leftAloneFrom} times on.`;
}

function lifecycleSentences(lifecycle: NonNullable<EventOutcome['lifecycle']>): readonly string[] {
  const { isDeleted, isKeepers, atRisk } = lifecycle;
  return [
    ...(isKeepers
      ? [
          `The lifecycle policy that the keeper had put was ${isDeleted ? 'deleted' : 'replaced'}. An event restores none: the next sweep looks at it.`,
        ]
      : []),
    ...(isAnyAtRisk(lifecycle) && atRisk !== undefined && 'images' in atRisk ? riskSentences(atRisk) : []),
  ];
}
