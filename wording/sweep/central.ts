/** The registries of an organisation in words: what the central page and its notifications say. */
import {
  type CentralLimits,
  type CentralRegistry,
  type CentralTotals,
  unsafeCount,
} from '../../sweep/central/registries.ts';
import { pluralise } from '../format.ts';
import { changeLine, type SweepMessage } from './notification.ts';
import { riskClauses } from './risk.ts';
import { countedState, statesInOrder } from './states.ts';

/** What the page is headed by, after `ECR keepers`. */
export function centralTitle({ registries, accounts, regions }: CentralTotals): string {
  return `ECR keepers: ${pluralise(registries, 'registry', 'registries')} of ${pluralise(accounts, 'account', 'accounts')} in ${pluralise(regions, 'Region', 'Regions')}`;
}

/** All registries in a few sentences; the first is about those that are late, if any is. */
export function centralSentences(totals: CentralTotals, { lateAfterDays }: CentralLimits): readonly string[] {
  const { registries, late, repositories, states, atRisk } = totals;
  if (registries === 0)
    return ['No keeper has reported yet: deploy the application with CentralBusArn and CentralBucket.'];
  return [
    ...(late === 0
      ? []
      : [
          `${late.toLocaleString('en')} of ${pluralise(registries, 'registry', 'registries')} ${late === 1 ? 'has' : 'have'} not reported for more than ${pluralise(lateAfterDays, 'day', 'days')}: ${late === 1 ? 'its' : 'their'} numbers are old.`,
        ]),
    `${unsafeCount(states).toLocaleString('en')} of ${pluralise(repositories, 'repository', 'repositories')} ${unsafeCount(states) === 1 ? 'is' : 'are'} not safe.`,
    ...(repositories === 0 ? [] : [`${statesClause(states)}.`]),
    ...riskClauses(atRisk).map((clause) => `${clause}.`),
  ];
}

function statesClause(states: CentralTotals['states']): string {
  const words = statesInOrder(states).map(([state, count]) => countedState(state, count));
  return words.join(', ');
}

/** How long ago, such as `5 h` or `3 d`. */
export function ageText(ms: number): string {
  const hours = Math.max(0, Math.floor(ms / 3_600_000));
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The lines of a registry's details: what has changed, in its last sweep. */
export function changeLines({ changes, changed }: CentralRegistry): readonly string[] {
  const told = changes.reduce((sum, { count }) => sum + count, 0);
  const rest = changed - told;
  return [
    ...changes.map(changeLine),
    ...(rest > 0
      ? [
          changes.length === 0
            ? `${pluralise(rest, 'change', 'changes')}: see the report`
            : `and ${pluralise(rest, 'more change', 'more changes')}: see the report`,
        ]
      : []),
  ];
}

// The page has all of them.
const maxRegistries = 50;

/**
 * What people are sent of the reports that have arrived; undefined if nothing has changed in any of them.
 *
 * @param bucket the central bucket, which has the page
 */
export function centralMessage(news: readonly CentralRegistry[], bucket: string): SweepMessage | undefined {
  const told = news.filter((each) => each.isWhole || each.changes.length > 0);
  const [first] = told;
  if (first === undefined) return undefined;
  const where =
    told.length === 1
      ? `${first.account} in ${first.region}`
      : `${told.length.toLocaleString('en')} registries`;
  const rest = told.length - maxRegistries;
  const parts = told
    .slice(0, maxRegistries)
    .map((each) =>
      [`${each.account} in ${each.region}`, ...newsLines(each).map((line) => `  ${line}`)].join('\n'),
    );
  return {
    subject: `ECR keepers: ${subjectOf(told)}, ${where}`.slice(0, 100),
    text: `${[
      'What is new in these registries',
      ...parts,
      ...(rest > 0 ? [`and ${pluralise(rest, 'more registry', 'more registries')}`] : []),
      `All registries\n  s3://${bucket}/index.html`,
    ].join('\n\n')}\n`,
  };
}

function subjectOf(told: readonly CentralRegistry[]): string {
  const changed = told.reduce((sum, each) => sum + each.changed, 0);
  const whole = told.filter(({ isWhole }) => isWhole).length;
  return [
    ...(changed === 0 ? [] : [pluralise(changed, 'change', 'changes')]),
    ...(whole === 0 ? [] : [pluralise(whole, 'first sweep or release', 'first sweeps or releases')]),
  ].join(', ');
}

function newsLines(registry: CentralRegistry): readonly string[] {
  if (!registry.isWhole) return changeLines(registry);
  const title = registry.action === 'release' ? 'released its claims' : 'first sweep';
  return [`${title}: ${statesClause(registry.states) || 'no repositories'}`];
}
