/** What is said about the default lifecycle policies of a template, with or without a look at the live repositories. */
import type { ReviewedDefault } from '../../cloudformation/control-context.ts';
import { textOfDefault } from '../../cloudformation/guarded-default.ts';
import type { Finding } from '../../core/finding.ts';
import { visible } from '../../core/visible.ts';
import { defaultPoliciesNote, nothingNow } from '../../wording/default-policies.ts';
import { isDefaultOfRepository } from '../../wording/finding-message.ts';
import { locationOf } from '../../wording/path.ts';
import { messageOf } from '../findings.ts';
import { liveLines } from './details.ts';

/** What the defaults will do, in one line; none where the live repositories were looked at. */
export function defaultNotes(defaults: readonly ReviewedDefault[]): readonly string[] {
  const named = defaults.map(({ logicalId, finding }) => ({ logicalId, text: textOfDefault(finding) }));
  return named.length === 0 ? [] : [visible(defaultPoliciesNote(named))];
}

/** What a look at the live repositories has found: first what it has nothing against, then what it has. */
export function liveNotes(findings: readonly Finding[]): readonly string[] {
  const named = findings
    .filter(isDefaultOfRepository)
    .map((finding) => ({ logicalId: finding.logicalId, text: textOfDefault(finding) }));
  const harmless = named.length === 0 ? [] : [visible(defaultPoliciesNote(named, nothingNow))];
  return [...harmless, ...findings.flatMap(liveNote)];
}

function liveNote(finding: Finding): readonly string[] {
  if (finding.guard === undefined) return [];
  return [`${visible(locationOf(finding))}: ${messageOf(finding)}`, ...liveLines(finding)];
}
