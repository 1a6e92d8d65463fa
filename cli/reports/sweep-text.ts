import { visible } from '../../core/visible.ts';
import type { ResultState } from '../../sweep/results.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import { pluralise } from '../../wording/format.ts';
import { riskClauses } from '../../wording/sweep/risk.ts';
import { countedState, statesInOrder } from '../../wording/sweep/states.ts';
import type { Colours } from '../colours.ts';

/** For people at a terminal: how many repositories have which state, what is at risk, and where the report is. */
export function sweepText(summary: SweepSummary, file: string, colours: Colours): string {
  const { info, repositories, states, atRisk, reasons } = summary;
  const { bold, dim, red, yellow } = colours;
  const colourOf = (state: ResultState) =>
    state === 'failed' ? red : ['refused', 'would-harden', 'kept'].includes(state) ? yellow : String;
  const counts = statesInOrder(states).map(
    ([state, count]) => `  ${colourOf(state)(countedState(state, count))}`,
  );
  const why = reasons
    .slice(0, 10)
    .map(
      ({ value, count, names }) =>
        `  ${visible(value)} (${count}): ${names.slice(0, 3).map(visible).join(', ')}`,
    );
  const [done, number] =
    info.action === 'release' ? ['Released', repositories - (states.failed ?? 0)] : ['Swept', repositories];
  return [
    bold(
      `${done} ${pluralise(number, 'repository', 'repositories')} of registry ${info.registry.registryId} in ${info.registry.region}`,
    ),
    ...counts,
    ...(why.length === 0 ? [] : ['', bold('Why (repositories)'), ...why]),
    ...riskClauses(atRisk).flatMap((clause) => ['', red(`${clause}.`)]),
    '',
    `The report is in ${visible(file)}.`,
    ...((states.failed ?? 0) === 0
      ? []
      : [dim(`To sweep again what failed: ecr-hardening sweep --again ${info.sweep}`)]),
    '',
  ].join('\n');
}
