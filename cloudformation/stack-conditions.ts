/** The conditions by which a template has another value in some stacks. */
import type { JsonObject } from '../core/json.ts';
import type { GuardReport } from '../core/usage/guard-report.ts';
import { stackGroups } from '../core/usage/stack-groups.ts';
import { anyOf, isStack } from './intrinsics.ts';

/** Conditions, and which of them is that of some stacks. */
export interface StackConditions {
  /** What to add to the template's Conditions. */
  readonly conditions: JsonObject;
  /** The name of the condition that the stack is one of these, which are a group of one of the reports. */
  nameOf(stackNames: readonly string[]): string;
}

const prefix = 'EcrHardeningStack';
// Names of conditions are at most 255 characters, like other names of a template.
const maxReadable = 200;

/**
 * The conditions that values by stack need: one for each group of stacks, which repositories share.
 *
 * @param fragment the template, nothing of which has the name of such a condition
 */
export function stackConditions(reports: readonly GuardReport[], fragment: JsonObject = {}): StackConditions {
  const groups = reports.flatMap(({ outcome }) => (outcome.kind === 'by-stack' ? stackGroups(outcome) : []));
  const distinct = new Map(groups.map(({ stackNames }) => [keyOf(stackNames), stackNames]));
  const unused = distinct.size === 0 ? prefix : unusedPrefix(fragment);
  const names = new Map(
    [...distinct].map(([key, stackNames], index) => [key, `${unused}${suffixOf(stackNames, index + 1)}`]),
  );
  const nameOf = (stackNames: readonly string[]): string => {
    const name = names.get(keyOf(stackNames));
    if (name === undefined) throw new Error('there is no condition for these stacks');
    return name;
  };
  const conditions = [...distinct.values()].map(
    (stackNames) => [nameOf(stackNames), anyOf(stackNames.map(isStack))] as const,
  );
  return { conditions: Object.fromEntries(conditions), nameOf };
}

function keyOf(stackNames: readonly string[]): string {
  return stackNames.join(' ');
}

/** What no name in the template begins with: also an earlier output of the macro may be the template. */
function unusedPrefix(fragment: JsonObject): string {
  const text = JSON.stringify(fragment);
  let unused = prefix;
  while (text.includes(unused)) unused += 'X';
  return unused;
}

/** Letters and digits, as CloudFormation requires: other ones for each group. */
function suffixOf(stackNames: readonly string[], number: number): string {
  const [only = ''] = stackNames;
  const readable = `Is${only.replaceAll('0', '00').replaceAll('-', '0d')}`;
  return stackNames.length > 1 || readable.length > maxReadable ? `s${number}` : readable;
}
