/** Why a deployment is refused. */
import type { Expansion } from '../cloudformation/expand.ts';
import { type Finding, isRefusal } from '../core/finding.ts';
import { visible } from '../core/visible.ts';
import { reasonOf, templateTooLarge } from './findings.ts';
import { locationOf } from './path.ts';

const maxNamed = 20;
const maxCharacters = 4000;

/**
 * The message that refuses a deployment, or undefined if there is no refusal.
 *
 * Each refusal by logical ID and property path, at most the first 20, with a count of the rest; under 4,000
 * characters, since CloudFormation truncates longer status reasons.
 */
export function refusalMessage(findings: readonly Finding[]): string | undefined {
  const refusals = findings.filter(isRefusal);
  if (refusals.length === 0) return undefined;
  const lines: string[] = [];
  let length = 0;
  for (const refusal of refusals.slice(0, maxNamed)) {
    const line = sentence(refusal).slice(0, 600).toWellFormed();
    // Leaves room for the count of the rest.
    if (length + line.length > maxCharacters - 100) break;
    lines.push(line);
    length += line.length + 2;
  }
  const rest = refusals.length - lines.length;
  return rest === 0 ? lines.join('; ') : `${lines.join('; ')}; and ${rest} more`;
}

function sentence(finding: Finding): string {
  const { outcome, control, before, code } = finding;
  const where = locationOf(finding) || 'template';
  const isViolation = outcome === 'violation';
  const isShown = isViolation && code !== 'unknown-refused' && typeof before === 'string';
  const value = isShown ? ` "${before}"` : '';
  return visible(`${where}:${value} ${reasonOf(finding)}${isViolation ? ` [${control}]` : ''}`);
}

/** Why an expansion is refused, or undefined when it is not. */
export function expansionRefusal(expansion: Expansion): string | undefined {
  if ('fragment' in expansion) return undefined;
  const { findings, refusedFor } = expansion;
  if (refusedFor === 'findings') return refusalMessage(findings);
  return templateTooLarge(refusedFor);
}
