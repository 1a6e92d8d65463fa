import { isUnknown } from '../known.ts';
import { exclusionsOfNearlyEveryTag, matchesEveryTag } from '../settings/matches-every-tag.ts';
import {
  defaultTagMutability,
  excludesEveryTagFromMutability,
  filtersProperty,
  mutabilityProperty,
  type TagMutability,
} from '../settings/tag-mutability.ts';
import { always, type Control, type ControlMetadata } from './control.ts';
import { type ControlIssue, unknownIssue } from './control-issue.ts';

export const tagImmutabilityMetadata: ControlMetadata = {
  title: 'Tags cannot be overwritten',
  why: 'A mutable tag can refer to different content over time: after an incident you cannot identify the source that was running, and a rollback may deploy newer code.',
  remediation:
    'Set ImageTagMutability: IMMUTABLE; if some tags must move, such as latest, set IMMUTABLE_WITH_EXCLUSION and ImageTagMutabilityExclusionFilters.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  relatedChecks: ['Security Hub ECR.2', 'CT.ECR.PR.3', 'CKV_AWS_51', 'AWS-0031'],
};

type Code =
  | 'tag-mutability-not-set'
  | 'tags-mutable'
  | 'every-tag-excluded'
  | 'nearly-every-tag-excluded'
  // of a creation template whose repositories follow another registry
  | 'must-stay-mutable'
  | 'cannot-follow';

export const tagImmutability: Control<'TagImmutability', Code> = {
  name: 'TagImmutability',
  setting: 'tagMutability',
  isOn: always,
  canBeUnsafe: true,
  check({ tagMutability }) {
    if (isUnknown(tagMutability)) return unknownIssue(tagMutability);
    return tagMutability === undefined
      ? [{ code: 'tag-mutability-not-set', verdict: 'missing', path: [mutabilityProperty] }]
      : checkMutability(tagMutability);
  },
  safeDefault: ({ MutableTags }) => ({ tagMutability: defaultTagMutability(MutableTags) }),
};

function checkMutability(tagMutability: TagMutability): readonly ControlIssue<Code>[] {
  if (excludesEveryTagFromMutability(tagMutability)) return [];
  const { mutability, exclusions } = tagMutability;
  if (mutability === 'MUTABLE' || mutability === 'MUTABLE_WITH_EXCLUSION')
    return [{ code: 'tags-mutable', verdict: 'unsafe', path: [mutabilityProperty], actual: mutability }];
  const actual = exclusionsOfNearlyEveryTag(exclusions);
  if (actual === undefined) return [];
  const code = matchesEveryTag(actual) ? 'every-tag-excluded' : 'nearly-every-tag-excluded';
  return [{ code, verdict: 'unsafe', path: [filtersProperty], actual }];
}
