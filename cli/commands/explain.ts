import { controlMetadata } from '../../core/controls/catalogue.ts';
import type { ControlMetadata } from '../../core/controls/control.ts';
import { Problem } from '../../core/problem.ts';
import type { Colours } from '../colours.ts';
import { unknownNameMessage } from '../unknown-name.ts';

/** `ecr-hardening explain`: one control, or all of them in a line each. */
export function explainCommand(name: string | undefined, colours: Colours): string {
  if (name === undefined)
    return controlMetadata
      .map(({ name: each, title }) => `${colours.bold(each.padEnd(17))}${title}\n`)
      .join('');
  const about = controlMetadata.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (about === undefined)
    throw new Problem(
      `There is the ${unknownNameMessage(
        'control',
        name,
        controlMetadata.map((each) => each.name),
      )}`,
    );
  return explained(about, colours);
}

function explained(
  { name, title, why, remediation: mend, source, relatedChecks: answers }: ControlMetadata,
  { bold }: Colours,
): string {
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
