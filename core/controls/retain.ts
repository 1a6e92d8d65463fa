import { isUnknown } from '../known.ts';
import { retentionAttributes } from '../settings/retention.ts';
import type { Control, ControlMetadata } from './control.ts';
import { unknownIssue } from './control-issue.ts';

export const retainMetadata: ControlMetadata = {
  title: 'Deleting a stack keeps the images',
  why: 'If a repository is deleted with its stack, all its images are deleted, including images in use.',
  remediation: 'Set DeletionPolicy: Retain and UpdateReplacePolicy: Retain on the resource.',
  source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
  relatedChecks: [],
};

export const retain: Control<'Retain', 'retention-not-set'> = {
  name: 'Retain',
  setting: 'retention',
  isOn: (policy) => policy.Retain,
  check({ retention = {} }) {
    if (isUnknown(retention)) return unknownIssue(retention);
    return retentionAttributes
      .filter((name) => retention[name] === undefined)
      .map((name) => ({ code: 'retention-not-set', verdict: 'missing', path: [name] }));
  },
  safeDefault: () => ({ retention: { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } }),
};
