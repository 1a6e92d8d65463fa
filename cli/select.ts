/** Which findings a check reports: those of some controls, and none of a baseline. */
import { controlNames } from '../core/controls/index.ts';
import { Problem } from '../core/problem.ts';
import { sentence } from '../wording/lists.ts';
import { unknownName } from '../wording/unknown-name.ts';

/** Names of controls, as the user wrote them. */
export interface ControlSelection {
  readonly skip?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
}

/**
 * Says of a finding whether it is to be reported. What is no control, such as the template's shape, always is.
 *
 * @throws Problem if a name is that of no control, or none is left: a check of nothing would have no findings
 */
export function selectionOf({
  skip,
  only,
}: ControlSelection): (finding: { readonly control: string }) => boolean {
  const skipped = skip === undefined ? [] : controlsNamed(skip);
  const wanted = only === undefined ? controlNames : controlsNamed(only);
  const left = controlNames.filter((name) => wanted.includes(name) && !skipped.includes(name));
  if (left.length === 0) throw new Problem(nothingLeft(only !== undefined));
  return ({ control }) => !controlNames.some((name) => name === control && !left.includes(name));
}

function nothingLeft(isLimited: boolean): string {
  return isLimited
    ? 'No control is left to check: name one in --only (or only in .ecr-hardening.yaml) that is not skipped.'
    : 'No control is left to check: skip fewer of them.';
}

function controlsNamed(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const found = controlNames.find((each) => each.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      throw new Problem(`There is the ${sentence([unknownName('control', name, controlNames)])}`);
    return found;
  });
}
