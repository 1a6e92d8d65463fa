import { type Finding, isRefusal } from '../core/finding.ts';
import { isObject } from '../core/json.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import { effectOfDefault, howToLook, nothingNow } from './default-policies.ts';
import { failedChecks } from './failed-checks.ts';
import { reasonOf } from './findings.ts';

/**
 * The message of a finding in a report: the reason, what the macro does about it, and the third-party checks that fail.
 *
 * @param isOutside whether the template names the macro only elsewhere, so that it does not receive this resource
 * @param isLooked whether the live repositories were looked at
 */
export function findingMessage(finding: Finding, isOutside = false, isLooked = false): string {
  const failed = failedChecks(finding);
  const message = outcomeMessage(finding, isOutside, isLooked);
  return failed.length === 0 ? message : `${message} (fails ${failed.join(', ')})`;
}

function outcomeMessage(finding: Finding, isOutside: boolean, isLooked: boolean): string {
  const { outcome, after } = finding;
  const reason = reasonOf(finding);
  // What the guard decided is said with its reason; where a snippet stands, the macro does not know.
  if (
    finding.guard !== undefined ||
    finding.code === 'snippet-elsewhere' ||
    finding.code === 'parameter-without-value' ||
    finding.code === 'exemption-tagged'
  )
    return reason;
  if (isOutside && (outcome === 'set' || outcome === 'replaced' || isRefusal(finding)))
    return `${reason}; the macro is not applied to this resource`;
  // Without a value it is made from a parameter, which is not shown.
  if (finding.code === 'no-lifecycle-policy' && outcome === 'set' && after !== undefined)
    return `${reason}; ${defaultClause(finding, isLooked)}`;
  const written = typeof after === 'string' && after.length < 60 ? after : 'a safe value';
  switch (outcome) {
    case 'set':
      return `${reason}; the macro sets ${written}`;
    case 'replaced':
      return `${reason}; the macro replaces it by ${written}`;
    case 'kept':
      return `${reason}; kept as written`;
    case 'violation':
    case 'invalid':
      return `${reason}; the macro refuses it`;
    case 'undetermined':
      return `${reason}; it cannot be known before deploying`;
    case 'exempt':
    case 'noted':
      return reason;
    default:
      return outcome satisfies never;
  }
}

/** What the default lifecycle policy does; of a creation template's there are no repositories yet. */
function defaultClause(finding: Finding, isLooked: boolean): string {
  const { after } = finding;
  const text = isObject(after) ? after[lifecyclePolicyKey] : after;
  const isOfRepository = isDefaultOfRepository(finding);
  const effect = `the macro sets one that ${effectOfDefault(String(text))}`;
  return isOfRepository ? `${effect} ${isLooked ? nothingNow : howToLook}` : effect;
}

/** Whether a repository gets the default lifecycle policy, and a look at the live ones has found nothing against it. */
export function isDefaultOfRepository({ code, outcome, guard, after, path }: Finding): boolean {
  const isDefault = code === 'no-lifecycle-policy' && outcome === 'set' && guard === undefined;
  return isDefault && (isObject(after) || (after !== undefined && path.at(-1) === lifecyclePolicyKey));
}
