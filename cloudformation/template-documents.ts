/** What hardens the policies that authors write as documents, and checks tags. */
import { lifecyclePolicyIssues } from '../core/lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from '../core/lifecycle/notes.ts';
import type { TemplateDocuments } from './control-context.ts';
import { hardenLifecyclePolicy, refuseLifecyclePolicy } from './settings/check-lifecycle-policy.ts';
import { checkRepositoryPolicy } from './settings/check-repository-policy.ts';
import { checkTags } from './settings/check-tags.ts';

// Each by its name: a spread would keep all of it in the macro's first file.
export const templateDocuments: TemplateDocuments = {
  lifecyclePolicyIssues,
  lifecyclePolicyNotes,

  checkRepositoryPolicy,
  checkTags,
  hardenLifecyclePolicy,
  refuseLifecyclePolicy,
};
