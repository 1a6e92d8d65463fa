import { visible } from '../../core/visible.ts';
import { registryName } from '../../wording/audit/registries.ts';
import { pluralise } from '../../wording/format.ts';
import {
  type DescribedSweepRun,
  riskOfAll,
  startDay,
  statesClause,
  statesOfAll,
} from '../../wording/sweep/several.ts';
import type { Colours } from '../colours.ts';

/** For people at a terminal: what each of several sweeps came to, all together, and where the report is. */
export function sweepsText(sweeps: readonly DescribedSweepRun[], file: string, colours: Colours): string {
  const { bold, dim, red } = colours;
  const repositories = sweeps.reduce((sum, each) => sum + each.repositories, 0);
  const lines = sweeps.map((each) => {
    const name = visible(registryName(each));
    if (each.failure !== undefined) return `  ${name}: ${red(visible(each.failure))}`;
    return `  ${name}: ${statesClause(each.states) || 'no repositories'} ${dim(`(${startDay(each.startedAt)}, ${each.sweep})`)}`;
  });
  return [
    bold(
      `Swept ${pluralise(repositories, 'repository', 'repositories')} of ${pluralise(sweeps.length, 'registry', 'registries')}`,
    ),
    ...lines,
    '',
    `All: ${statesClause(statesOfAll(sweeps)) || 'no repositories'}.`,
    ...riskOfAll(sweeps).map((sentence) => red(`${sentence}.`)),
    '',
    `The report is in ${visible(file)}.`,
    '',
  ].join('\n');
}
