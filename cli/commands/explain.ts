import { type ControlName, controlMetadata, controlNames } from '../../core/controls/index.ts';
import { Problem } from '../../core/problem.ts';
import { sentence } from '../../wording/lists.ts';
import { unknownName } from '../../wording/unknown-name.ts';
import type { Colours } from '../colours.ts';

/** `ecr-hardening explain`: one control, or all of them in a line each. */
export function explainCommand(name: string | undefined, colours: Colours): string {
  if (name === undefined)
    return controlNames
      .map((each) => `${colours.bold(each.padEnd(17))}${controlMetadata[each].title}\n`)
      .join('');
  const control = controlNames.find((each) => each.toLowerCase() === name.toLowerCase());
  if (control === undefined)
    throw new Problem(`There is the ${sentence([unknownName('control', name, controlNames)])}`);
  return explained(control, colours);
}

function explained(name: ControlName, { bold }: Colours): string {
  const { title, why, remediation, source, relatedChecks } = controlMetadata[name];
  return [
    `${bold(name)}: ${title}`,
    '',
    `Why      ${why}`,
    `Fix      ${remediation}`,
    `Source   ${source}`,
    `Checks   ${relatedChecks.join(', ') || 'no third-party check'}`,
    `Exempt   Metadata: {EcrHardening: {Exempt: [${name}], Reason: why, Until: 2027-12-31}}`,
    '',
  ].join('\n');
}
