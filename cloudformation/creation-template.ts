/** `AWS::ECR::RepositoryCreationTemplate`: the purpose of the repositories that it creates decides what they can be set to. */
import type { Control } from '../core/controls/control.ts';
import type { ControlIssue } from '../core/controls/control-issue.ts';
import type { ControlCode } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import { asObject, isOneOf, type Json, type JsonObject, textOf } from '../core/json.ts';
import { isUnknown, type Known } from '../core/known.ts';
import { knownValues } from '../core/possible.ts';
import { mutabilityProperty } from '../core/settings/tag-mutability.ts';
import { choiceName, holdsChoice } from './intrinsics.ts';
import type { Scope } from './scope.ts';
import { templateReader } from './template-reader.ts';

/** The purposes of repositories whose tags follow those of another registry. */
const followingPurposes = ['PULL_THROUGH_CACHE', 'REPLICATION'] as const;
export type FollowingPurpose = (typeof followingPurposes)[number];

/**
 * Whether the repositories follow another registry's tags.
 *
 * @returns undefined where they do not; unknown where that is decided only when the stack is deployed
 */
function readFollowingPurpose(properties: JsonObject, scope: Scope): Known<FollowingPurpose | undefined> {
  const { AppliedFor: raw = [] } = properties;
  const { scopes } = holdsChoice(raw) ? scope.intrinsics().decidedScopes(raw, scope) : { scopes: [scope] };
  const purposes = scopes.map((each) => purposeIn(raw, each));
  const isFollowing = (purpose: (typeof purposes)[number]) => isOneOf(followingPurposes, purpose);
  const [first] = purposes;
  return (
    purposes.find((each) => isUnknown(each)) ??
    (purposes.every((each) => isFollowing(each) === isFollowing(first)) ? first : { unknown: choiceName })
  );
}

/** One such entry suffices. */
function purposeIn(raw: Json, scope: Scope): Known<FollowingPurpose | undefined> {
  const entries = templateReader(scope).possible(raw, []);
  const known = knownValues(entries);
  return (
    followingPurposes.find((purpose) => known.includes(purpose)) ?? entries.find((entry) => isUnknown(entry))
  );
}

/**
 * The control for repositories whose tags must move with those of another registry: an immutable cache no longer follows
 * its upstream, and replicas of a moved tag arrive untagged
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html). It sets nothing.
 */
function whereTagsMustMove(
  control: Control<string, ControlCode>,
  purpose: FollowingPurpose,
): Control<string, ControlCode> {
  return {
    ...control,
    check({ tagMutability }): readonly ControlIssue<ControlCode>[] {
      const mutability = isUnknown(tagMutability) ? undefined : tagMutability?.mutability;
      const code = mutability?.startsWith('IMMUTABLE') === true ? 'cannot-follow' : 'must-stay-mutable';
      return [{ code, verdict: 'note', path: [mutabilityProperty], expected: purpose }];
    },
    canBeUnsafe: false,
    safeDefault: () => ({}),
  };
}

/** Whether there may be no role with which ECR tags and encrypts the repositories that it creates. */
function mayLackRole(properties: JsonObject, scope: Scope): boolean {
  return templateReader(scope).mayBeAbsent(properties.CustomRoleArn);
}

/**
 * Reports what makes the creation of every repository fail: encryption with KMS, or tags, without a role for them
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-iam.html).
 */
function addMissingRole(properties: JsonObject, scope: Scope, addFinding: (finding: Finding) => void): void {
  if (!mayLackRole(properties, scope)) return;
  const { possible } = templateReader(scope);
  const add = (name: string) =>
    addFinding({
      control: 'Template',
      code: 'needs-custom-role',
      path: ['Properties', name],
      outcome: 'noted',
    });
  const types = knownValues(possible(properties.EncryptionConfiguration, [])).flatMap((each) =>
    knownValues(possible(asObject(each).EncryptionType, [])),
  );
  if (types.some((type) => textOf(type).startsWith('KMS'))) add('EncryptionConfiguration');
  if (possible(properties.ResourceTags, []).length > 0) add('ResourceTags');
}

/** What differs for a creation template from a repository. */
export const creationTemplateRules = { readFollowingPurpose, whereTagsMustMove, mayLackRole, addMissingRole };
