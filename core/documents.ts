/**
 * How the policies that authors write as JSON documents are read: much code, which most templates do not need, since they have
 * none. Whoever checks a template says where it comes from, and the macro loads it when the first document is there.
 */
import { publicAccessIssues } from './controls/public-access-issues.ts';
import { lifecyclePolicyIssues } from './lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from './lifecycle/notes.ts';

/** What the controls need of it. */
export const documentRules = {
  publicAccessIssues,
  lifecyclePolicyIssues,
  lifecyclePolicyNotes,
} as const;

/** Answers what reads documents; called only where there is one. */
export type DocumentRules = () => typeof documentRules;
