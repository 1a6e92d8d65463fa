/** Which findings a check reports: those of some controls, and none of a baseline. */
import { controlNames } from '../core/controls/index.ts';
import { Problem } from '../core/problem.ts';
import { sentence } from '../wording/lists.ts';
import { unknownName } from '../wording/unknown-name.ts';
import type { LocatedFinding } from './findings.ts';

/** Names of controls, as the user wrote them. */
export interface ControlSelection {
  readonly skip?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
}

/**
 * Says of a finding whether it is to be reported. What is no control, such as the template's shape, always is.
 *
 * @throws Problem if a name is that of no control
 */
export function selectionOf({ skip, only }: ControlSelection): (finding: LocatedFinding) => boolean {
  const skipped = skip === undefined ? [] : controlsNamed(skip);
  const wanted = only === undefined ? controlNames : controlsNamed(only);
  return ({ control }) =>
    !controlNames.some((name) => name === control && (skipped.includes(name) || !wanted.includes(name)));
}

function controlsNamed(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const found = controlNames.find((each) => each.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      throw new Problem(`There is the ${sentence([unknownName('control', name, controlNames)])}`);
    return found;
  });
}
