import { expect, test } from '@jest/globals';
import { liveNotes } from '../../../cli/live/default-notes.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import { defaultPoliciesNote } from '../../../wording/default-policies.ts';
import { findingMessage } from '../../../wording/finding-message.ts';

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
    named('Tagged', { ExpireUntaggedAfterDays: 0 }),
  ]);
  expect(note.split('; ')).toEqual([
    'A, B, C, D, E and 2 more get the default lifecycle policy, which deletes untagged images 14 days after their push, and images when a repository has more than 20',
    'Fifty gets the default lifecycle policy, which deletes untagged images 14 days after their push, and images when a repository has more than 50',
    'Untagged gets the default lifecycle policy, which deletes untagged images 14 days after their push',
    'Archive gets the default lifecycle policy, which deletes untagged images 14 days after their push, and archives images 180 days after their last pull',
    'Tagged gets the default lifecycle policy, which deletes images when a repository has more than 20 (what it would do now: ecr-hardening check --live)',
  ]);
});

test('where the live repositories were looked at, nobody is sent to look again', () => {
  const { text } = named('Orders');
  const finding = {
    control: 'LifecyclePolicy',
    code: 'no-lifecycle-policy',
    outcome: 'set',
    logicalId: 'Orders',
    path: ['Properties', 'LifecyclePolicy'],
    after: { LifecyclePolicyText: text },
  } as const;
  expect(findingMessage(finding)).toMatch(/ecr-hardening check --live\)$/);
  expect(findingMessage(finding, false, true)).toMatch(/ \(it would delete and archive no image now\)$/);
  expect(liveNotes([finding])).toEqual([
    'Orders gets the default lifecycle policy, which deletes untagged images 14 days after their push, and images when a repository has more than 20 (it would delete and archive no image now)',
  ]);
});
