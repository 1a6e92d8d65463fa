/** What hardens the policies and the exclusion filters that authors write. */
import { lifecyclePolicyIssues } from '../core/lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from '../core/lifecycle/notes.ts';
import { exemptionTagValue } from '../core/policy/exemption-tag-value.ts';
import type { TemplateDocuments } from './control-context.ts';
import { hardenLifecyclePolicy, refuseLifecyclePolicy } from './settings/check-lifecycle-policy.ts';
import { checkRepositoryPolicy } from './settings/check-repository-policy.ts';
import { hardenPairs } from './settings/mutability-pairs.ts';

// Each by its name: a spread would keep all of it in the macro's first file.
export const templateDocuments: TemplateDocuments = {
  lifecyclePolicyIssues,
  lifecyclePolicyNotes,
  exemptionTagValue,
  checkRepositoryPolicy,
  hardenLifecyclePolicy,
  refuseLifecyclePolicy,
  hardenPairs,
};
