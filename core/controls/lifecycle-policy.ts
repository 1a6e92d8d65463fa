import { isUnknown } from '../known.ts';
import { lifecyclePolicyText } from '../lifecycle/build.ts';
import { always, type Control, type ControlMetadata } from './control.ts';
import { unknownIssue } from './control-issue.ts';

export const lifecyclePolicyMetadata: ControlMetadata = {
  title: 'Old images expire',
  why: 'Without a lifecycle policy images accumulate: storage is billed every month, and when a repository reaches its image quota, every push fails.',
  remediation:
    'Add a LifecyclePolicy; to protect images, add a rule that matches them before the other rules.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html',
  relatedChecks: ['Security Hub ECR.3', 'CT.ECR.PR.1'],
};

/** An author's own policy is kept; one that ECR would refuse, or a rule that can never fire, is reported. */
export const lifecyclePolicy: Control<'LifecyclePolicy', 'no-lifecycle-policy'> = {
  name: 'LifecyclePolicy',
  setting: 'lifecyclePolicy',
  isOn: always,
  check({ lifecyclePolicy: text }, _policy, documents) {
    if (isUnknown(text)) return unknownIssue(text);
    if (text === undefined) return [{ code: 'no-lifecycle-policy', verdict: 'missing', path: [] }];
    const { lifecyclePolicyIssues, lifecyclePolicyNotes } = documents();
    const issues = lifecyclePolicyIssues(text);
    return issues.length > 0
      ? issues.map((issue) => ({ ...issue, verdict: 'invalid' }))
      : lifecyclePolicyNotes(text).map((issue) => ({ ...issue, verdict: 'note' }));
  },
  safeDefault(policy) {
    const text = lifecyclePolicyText(policy);
    return text === undefined ? {} : { lifecyclePolicy: text };
  },
};
