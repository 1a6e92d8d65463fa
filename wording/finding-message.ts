import { type Finding, isRefusal } from '../core/finding.ts';
import { isObject } from '../core/json.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import { effectOfDefault, howToLook } from './default-policies.ts';
import { failedChecks } from './failed-checks.ts';
import { reasonOf } from './findings.ts';

/**
 * The message of a finding in a report: the reason, what the macro does about it, and the third-party checks that fail.
 *
 * @param isOutside whether the template names the macro only elsewhere, so that it does not receive this resource
 */
export function findingMessage(finding: Finding, isOutside = false): string {
  const failed = failedChecks(finding);
  const message = outcomeMessage(finding, isOutside);
  return failed.length === 0 ? message : `${message} (fails ${failed.join(', ')})`;
}

function outcomeMessage(finding: Finding, isOutside: boolean): string {
  const { outcome, after } = finding;
  const reason = reasonOf(finding);
  // What the guard decided is said with its reason; where a snippet stands, the macro does not know.
  if (
    finding.guard !== undefined ||
    finding.code === 'snippet-elsewhere' ||
    finding.code === 'exemption-tagged'
  )
    return reason;
  if (isOutside && (outcome === 'set' || outcome === 'replaced' || isRefusal(finding)))
    return `${reason}; the macro is not applied to this resource`;
  // Without a value it is made from a parameter, which is not shown.
  if (finding.code === 'no-lifecycle-policy' && outcome === 'set' && after !== undefined)
    return `${reason}; ${defaultClause(finding)}`;
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
function defaultClause({ after, path }: Finding): string {
  const text = isObject(after) ? after[lifecyclePolicyKey] : after;
  const isOfRepository = isObject(after) || path.at(-1) === lifecyclePolicyKey;
  const effect = `the macro sets one that ${effectOfDefault(String(text))}`;
  return isOfRepository ? `${effect} ${howToLook}` : effect;
}
