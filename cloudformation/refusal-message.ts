import { type Finding, isRefusal, locationOf } from '../core/finding.ts';

const mostNamed = 20;
const mostCharacters = 4000;

/**
 * The message that refuses a deployment, or undefined when nothing does.
 *
 * Each refusal by logical ID and property path, at most the first 20, with a count of the rest; under 4,000
 * characters, since CloudFormation shows a status reason and cuts what is longer.
 */
export function refusalMessage(findings: readonly Finding[]): string | undefined {
  const refusals = findings.filter(isRefusal);
  if (refusals.length === 0) return undefined;
  const lines: string[] = [];
  let length = 0;
  for (const refusal of refusals.slice(0, mostNamed)) {
    const line = sentence(refusal).slice(0, 600);
    // Room for the count of the rest is kept free.
    if (length + line.length > mostCharacters - 100) break;
    lines.push(line);
    length += line.length + 2;
  }
  const rest = refusals.length - lines.length;
  return rest === 0 ? lines.join('; ') : `${lines.join('; ')}; and ${rest} more`;
}

function sentence(finding: Finding): string {
  const where = locationOf(finding) || 'template';
  const control = finding.outcome === 'violation' ? ` [${finding.control}]` : '';
  const value =
    finding.outcome === 'violation' && typeof finding.before === 'string' ? ` "${finding.before}"` : '';
  return `${where}:${value} ${finding.reason}${control}`;
}
