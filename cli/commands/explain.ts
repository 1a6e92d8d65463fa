import { catalogue } from '../../core/controls/catalogue.ts';
import type { About } from '../../core/controls/control.ts';
import { Problem } from '../../core/problem.ts';
import type { Colours } from '../colours.ts';
import { unknown } from '../unknown.ts';

/** `ecr-hardening explain`: one control, or all of them in a line each. */
export function explainCommand(name: string | undefined, colours: Colours): string {
  if (name === undefined)
    return catalogue.map(({ name: each, title }) => `${colours.bold(each.padEnd(17))}${title}\n`).join('');
  const about = catalogue.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (about === undefined)
    throw new Problem(
      `There is the ${unknown(
        'control',
        name,
        catalogue.map((each) => each.name),
      )}`,
    );
  return explained(about, colours);
}

function explained({ name, title, why, mend, source, answers }: About, { bold }: Colours): string {
  return [
    `${bold(name)}: ${title}`,
    '',
    `Why      ${why}`,
    `Mend     ${mend}`,
    `Source   ${source}`,
    `Answers  ${answers.join(', ') || 'no outside check'}`,
    `Exempt   Metadata: {EcrHardening: {Exempt: [${name}], Reason: why, Until: 2027-12-31}}`,
    '',
  ].join('\n');
}
