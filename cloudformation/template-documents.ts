/** What hardens the policies that authors write as documents, and checks tags. */
import { publicAccessIssues } from '../core/controls/public-access-issues.ts';
import { lifecyclePolicyIssues } from '../core/lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from '../core/lifecycle/notes.ts';
import { nearest } from '../core/nearest.ts';
import type { TemplateDocuments } from './control-context.ts';
import { hardenLifecyclePolicy, refuseLifecyclePolicy } from './settings/check-lifecycle-policy.ts';
import { checkRepositoryPolicy } from './settings/check-repository-policy.ts';
import { checkTags } from './settings/check-tags.ts';

/** The names that resemble one of those that are allowed: any other may be one that AWS has added. */
function misspeltNames(names: readonly string[], allowed: readonly string[]): readonly string[] {
  return names.filter((name) => nearest(name, allowed) !== undefined);
}

// Each by its name: a spread would keep all of it in the macro's first file.
export const templateDocuments: TemplateDocuments = {
  publicAccessIssues,
  lifecyclePolicyIssues,
  misspeltNames,
  lifecyclePolicyNotes,

  checkRepositoryPolicy,
  checkTags,
  hardenLifecyclePolicy,
  refuseLifecyclePolicy,
};
