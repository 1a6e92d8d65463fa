/**
 * How the policies that authors write as JSON documents are read: much code, which most templates do not need, since they have
 * none. Whoever checks a template says where it comes from, and the macro loads it when the first document is there.
 */
import { definiteIssues, lifecyclePolicyIssues } from './lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from './lifecycle/notes.ts';
import { exemptionTagValue } from './policy/exemption-tag-value.ts';
import { parseRepositoryPolicy } from './settings/repository-policy.ts';

/** What reads repository policies and lifecycle policies. */
export const documentRules = {
  parseRepositoryPolicy,
  lifecyclePolicyIssues,
  definiteIssues,
  lifecyclePolicyNotes,
  // Writes one, and is as rare.
  exemptionTagValue,
} as const;

/** Answers what reads documents; called only where there is one. */
export type DocumentRules = () => typeof documentRules;
