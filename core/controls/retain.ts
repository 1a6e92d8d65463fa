import { isUnknown } from '../known.ts';
import { retentionAttributes } from '../settings/retention.ts';
import { type Control, type ControlMetadata, unknownIssue } from './control.ts';

export const retainMetadata: ControlMetadata = {
  title: 'Deleting a stack keeps the images',
  why: 'A repository that is deleted with its stack takes every image with it, also those that still run elsewhere.',
  remediation: "Write DeletionPolicy: Retain and UpdateReplacePolicy: Retain beside the resource's Type.",
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
