/** The `Metadata` of a resource: few have one of ours, which `metadata-rules.ts` reads. */
import type { Finding } from '../core/finding.ts';
import { asObject, type JsonObject } from '../core/json.ts';
import type { Policy } from '../core/policy/policy.ts';
import { addShapeFinding } from './apply-controls.ts';
import type { metadataRules } from './metadata-rules.ts';
import { metadataKey, type ResourceRules, withoutRules } from './resource-rules.ts';
import type { Scope } from './scope.ts';

/** Answers what reads and writes Metadata of ours; called only where there is one. */
export type MetadataRules = () => typeof metadataRules;

/**
 * Reads `Metadata: {EcrHardening: {...}}` of one resource.
 *
 * An exemption needs a Reason, and may end: `Exempt: [TagImmutability], Reason: ..., Until: 2027-03-31`.
 *
 * @param today the day that Until is checked against, as YYYY-MM-DD; the last day still counts
 * @param addFinding receives each finding, without a logical ID
 */
export function readMetadata(
  resource: JsonObject,
  base: Policy,
  today: () => string,
  scope: Scope,
  addFinding: (finding: Finding) => void,
  rules: MetadataRules,
): ResourceRules {
  const metadata = asObject(resource.Metadata);
  const own = metadata[metadataKey];
  if (own !== undefined) return rules().readRules(own, base, today, scope, addFinding);
  for (const name of Object.keys(metadata))
    if (/^ecr[\W_]*hardening$/i.test(name))
      addShapeFinding(addFinding, 'misspelt', ['Metadata', name], { expected: metadataKey });
  return withoutRules(base);
}
