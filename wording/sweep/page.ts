/** What the page of a sweep says beside the audit. */

import { isOneOf } from '../../core/json.ts';
import { isUnknown } from '../../core/known.ts';
import { openStates, type ResultState } from '../../sweep/results.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { DescribedSweep } from '../audit/describe.ts';
import type { DescribedResult } from './describe.ts';
import { changeClause } from './reasons.ts';
import { riskClauses } from './risk.ts';
import { countedState, stateLabel, statesInOrder } from './states.ts';

// They come with what would be changed of them.
const notChanged: readonly ResultState[] = ['would-harden', 'left-to-stack', 'left-after-drift'];

/** The state of a repository, and the lines of its details. */
export function sweepOnPage(result: DescribedResult): DescribedSweep {
  const { state, changes, reason, exemption, atRisk, notes } = result;
  const isAtRisk = !isUnknown(atRisk) && atRisk.images > 0;
  const line = (title: string, text: string) => [title, text] as const;
  return {
    state: isAtRisk ? `${stateLabel(state)}, images at risk` : stateLabel(state),
    isOpen: isAtRisk || isOneOf(openStates, state),
    lines: [
      ...(changes.length === 0
        ? []
        : [
            line(
              notChanged.includes(state) ? 'Would change:' : 'Changed:',
              changes.map(changeClause).join('; '),
            ),
          ]),
      ...(reason === null ? [] : [line('Why:', reason)]),
      ...(exemption === null ? [] : [line('Exemption:', exemption)]),
      ...riskLines(atRisk).map((text) => line('At risk:', text)),
      ...notes.map((note) => line('Note:', note)),
    ],
  };
}

function riskLines(atRisk: DescribedResult['atRisk']): readonly string[] {
  return isUnknown(atRisk)
    ? [`What its lifecycle policy will do to images in use is not known: ${atRisk.unknown}.`]
    : atRisk.sentences;
}

/** Of more only the number is on the page. */
export const maxUnread = 200;

/**
 * The sections above the charts: the states, and the repositories that could not be read, which the table does not have.
 *
 * @param unread in the order of their names, at least the first {@link maxUnread}
 * @param count how many there are
 */
export function pageSections(
  summary: SweepSummary,
  unread: readonly DescribedResult[],
  count: number,
): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  const states = statesInOrder(summary.states).map(([state, count]) => countedState(state, count));
  const risk = riskClauses(summary.atRisk);
  // The summary above counts a repository without a lifecycle policy as not safe.
  const safe =
    summary.states.safe === undefined
      ? []
      : [
          'Safe is what needs nothing that the keeper sets: a lifecycle policy only with KeeperLifecycle: true',
        ];
  return [
    { title: modeTitle(summary), lines: [...states, ...risk, ...safe] },
    ...unreadSection(unread, count),
  ];
}

/** What became of the repositories that could not be read; no section where all were. */
export function unreadSection(
  unread: readonly DescribedResult[],
  count: number,
): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  const rest = count - maxUnread;
  const lines = unread
    .slice(0, maxUnread)
    .map((each) =>
      [
        `${each.place === undefined ? '' : `${each.place.account} in ${each.place.region}: `}${each.name}: ${stateLabel(each.state)}.`,
        ...sweepOnPage(each).lines.map(([, text]) => text),
      ].join(' '),
    );
  const more =
    rest > 0 ? [`And ${rest.toLocaleString('en')} more: the reports in CSV and JSON have all.`] : [];
  return lines.length === 0 ? [] : [{ title: 'Without an audit', lines: [...lines, ...more] }];
}

function modeTitle({ info }: SweepSummary): string {
  if (info.action === 'release') return 'The keeper has released its claims';
  return info.mode === 'Report' ? 'The keeper only reports (Keeper: Report)' : 'What the keeper has done';
}
