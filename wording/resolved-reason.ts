/** What is wrong with a property whose value may be a NoEcho parameter's, without anything of the value. */
import { isUnresolved } from '../cloudformation/resolved-resource.ts';
import type { Finding } from '../core/finding.ts';
import { isKeyOf, isList, type Json } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { controlDefaults } from './defaults.ts';
import { reasonOf } from './findings.ts';
import { pathText } from './path.ts';

/**
 * A finding about a resolved value. The value is left out: it may be a NoEcho parameter's, which a hook cannot tell from others.
 */
export function resolvedReason(finding: Finding): string {
  if (finding.code === 'encryption-not-set')
    return 'EncryptionConfiguration is not set, and the organisation has a KMS key for it';
  const { code, inside } = finding;
  const place = pathText(shownPath(finding.path.slice(1)));
  if (isUnresolved(finding)) return `${place} is not resolved in what CloudFormation sends`;
  // What is not set is named in its sentence.
  const where = isKeyOf(controlDefaults, code) || inside !== undefined ? '' : `${place} `;
  const reason = reasonOf({
    ...finding,
    inside: inside && shownPath(inside),
    // The words for a property that is not set, whatever the macro would do about it.
    outcome: code === 'no-lifecycle-policy' ? 'set' : finding.outcome,
    isHidden: true,
    actual: withoutValue(finding.actual),
  });
  return `${where}${reason}`;
}

/** A number is hidden too; how many entries a list has is not. */
function withoutValue(actual: Json | undefined): Json | undefined {
  const hidden = 'this value';
  return isList(actual) ? actual.map(() => hidden) : actual === undefined ? undefined : hidden;
}

/** The names in what a control checks that are AWS's. */
const namesOfAws = new Set(
  [
    'ImageTagMutability ImageTagMutabilityExclusionFilters ImageTagMutabilityExclusionFilterType',
    'ImageTagMutabilityExclusionFilterValue ImageScanningConfiguration ScanOnPush EncryptionConfiguration EncryptionType KmsKey',
    'LifecyclePolicy LifecyclePolicyText rules rulePriority description selection tagStatus tagPatternList tagPrefixList',
    'storageClass countType countUnit countNumber action type targetStorageClass RepositoryPolicyText RepositoryPolicy',
    'Statement Effect Principal NotPrincipal AWS Service Federated CanonicalUser Action NotAction Resource Condition',
  ].flatMap((names) => names.split(' ')),
);

/** A path without names that are no names of AWS: a key in the text of a policy is a part of the value, too. */
function shownPath(path: Path): Path {
  return path.map((step) => (typeof step === 'number' || namesOfAws.has(step) ? step : '(not shown)'));
}
