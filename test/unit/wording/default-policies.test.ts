import { expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import { defaultPoliciesNote } from '../../../wording/default-policies.ts';

const named = (logicalId: string, parameters: Partial<Policy> = {}) => ({
  logicalId,
  text: lifecyclePolicyText({ ...builtInPolicy, ...parameters }) ?? '',
});

test('one line for all defaults of a template, by what they do', () => {
  const note = defaultPoliciesNote([
    ...['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((name) => named(name, { ProtectedTags: ['release-*'] })),
    named('Fifty', { KeepImages: 50 }),
    named('Untagged', { KeepImages: 0 }),
    named('Archive', { ArchiveUnpulledAfterDays: 180 }),
  ]);
  expect(note.split('; ')).toEqual([
    'A, B, C, D, E and 2 more get the default lifecycle policy, which deletes images when a repository has more than 20',
    'Fifty gets the default lifecycle policy, which deletes images when a repository has more than 50',
    'Untagged gets the default lifecycle policy, which deletes untagged images 14 days after their push',
    'Archive gets the default lifecycle policy, which archives images 180 days after their last pull (what it would do now: ecr-hardening check --live)',
  ]);
});
