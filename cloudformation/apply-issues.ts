/** Turns the issues that a control finds into findings about a template, and values in it. */
import type { ControlIssue } from '../core/controls/control-issue.ts';
import type { ControlCode } from '../core/controls/index.ts';
import type { FindingCode } from '../core/finding.ts';
import type { Issue } from '../core/issue.ts';
import type { Json } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { KnownSettings } from '../core/settings/settings.ts';
import type { ControlContext, ControlFinding, SettingPlace } from './control-context.ts';
import { unresolvedName } from './reading.ts';
import type { ReachableBranch } from './scope.ts';

/**
 * Checks a setting by the control, and reports its issues.
 *
 * @returns the new value according to the policy's Enforcement: the same object if nothing changes
 */
export function applyControl(
  context: ControlContext,
  settings: KnownSettings,
  place: SettingPlace,
): Json | undefined {
  return checkControl(context, settings).reduce<Json | undefined>(
    (standing, issue) => applyIssue(context, issue, place) ?? standing,
    place.raw,
  );
}

/** What the control of a context finds in settings. */
export function checkControl(
  { control, policy, rules }: Pick<ControlContext, 'control' | 'policy' | 'rules'>,
  settings: KnownSettings,
): readonly ControlIssue<ControlCode>[] {
  return control.check(settings, policy, rules.documents);
}

/** Reports one issue; returns the value to write, undefined if there is none. */
export function applyIssue(
  context: ControlContext,
  issue: ControlIssue<ControlCode>,
  place: SettingPlace,
): Json | undefined {
  const { raw, path } = place;
  switch (issue.verdict) {
    case 'missing': {
      const after = writtenDefault(context, place.write);
      return addDefault(context, {
        code: issue.code,
        path,
        outcome: after === undefined ? 'noted' : 'set',
        after,
      });
    }
    case 'unsafe':
      return replaceUnsafe(context, issue, place);
    case 'note':
      note(context, issue, place);
      return undefined;
    case 'invalid':
      refuse(context, issue, place);
      return undefined;
    case 'unknown':
      addUndetermined(context, path, raw ?? null);
      return undefined;
    default:
      return issue.verdict satisfies never;
  }
}

function replaceUnsafe(
  context: ControlContext,
  issue: ControlIssue<ControlCode>,
  { raw, path, write }: SettingPlace,
): Json | undefined {
  // If there is no safe value to write, the current one is kept.
  const instead = writtenDefault(context, write) ?? raw;
  const after = answerUnsafe(context, issue, { path, raw, instead });
  return after === raw ? undefined : after;
}

/** Reports a default, as it is reviewed if it is; returns what is to be written. */
function addDefault({ review, addFinding }: ControlContext, written: ControlFinding): Json | undefined {
  const finding = written.after === undefined || review === undefined ? written : review(written);
  addFinding(finding);
  return finding.after;
}

function note(
  { addFinding }: ControlContext,
  { code, path: within, expected, actual, count }: Issue<FindingCode>,
  { path, raw, isText = false }: SettingPlace,
): void {
  const inside = isText ? { inside: within } : {};
  addFinding({ code, path, ...inside, outcome: 'noted', before: raw, expected, actual, count });
}

/**
 * The new value for an unsafe one according to the policy's Enforcement; reported in any case.
 *
 * @param place.instead what Override writes; the value itself if there is no safe one
 */
export function answerUnsafe(
  { policy: { Enforcement: enforcement }, addFinding }: ControlContext,
  { code, expected }: Pick<Issue<FindingCode>, 'code' | 'expected'>,
  {
    path,
    raw,
    instead,
  }: { readonly path: Path; readonly raw: Json | undefined; readonly instead: Json | undefined },
): Json | undefined {
  const after = enforcement === 'Override' ? instead : raw;
  const outcome = enforcement === 'Reject' ? 'violation' : after === raw ? 'kept' : 'replaced';
  addFinding({ code, path, outcome, before: raw, after, ...(expected === undefined ? {} : { expected }) });
  return after;
}

/** Reports that a value cannot be used at all. */
export function refuse(
  { addFinding }: ControlContext,
  { code, path: within, expected, actual, count, related }: Issue<FindingCode>,
  { path, isHidden = false, isText = false }: Pick<SettingPlace, 'path' | 'isHidden' | 'isText'>,
): void {
  addFinding({
    code,
    path: isText ? path : [...path, ...within],
    ...(isText ? { inside: within } : {}),
    outcome: 'invalid',
    expected,
    ...(isHidden ? { isHidden } : { actual }),
    count,
    related,
  });
}

/**
 * Reports that a value was kept because it is not known yet. If it may be unsafe, it is refused under Reject.
 */
export function addUndetermined(
  context: ControlContext,
  path: Path,
  raw: Json,
  actual = unresolvedName(raw),
): void {
  const isRefused = refusesUnknown(context);
  context.addFinding({
    code: isRefused ? 'unknown-refused' : 'unknown',
    path,
    outcome: isRefused ? 'violation' : 'undetermined',
    before: raw,
    after: raw,
    actual,
  });
}

/** Whether an unknown value is refused: it may be one that Reject refuses. */
export function refusesUnknown({ control, policy }: ControlContext): boolean {
  const { Enforcement: enforcement, AllowUndetermined: isAllowed } = policy;
  return enforcement === 'Reject' && !isAllowed && control.canBeUnsafe === true;
}

/** The context in a branch of an `Fn::If`; what is wrong in one that is not selected only deserves a note. */
export function branchContext(
  context: ControlContext,
  { scope, isSelected }: Pick<ReachableBranch, 'scope' | 'isSelected'>,
): ControlContext {
  const { addFinding } = context;
  return { ...context, scope, addFinding: isSelected ? addFinding : (each) => addFinding(unselected(each)) };
}

/** A finding about what is not deployed with the values that the parameters have. */
export function unselected<Found extends ControlFinding>(finding: Found): Found {
  const { outcome } = finding;
  const isWrong = outcome === 'kept' || outcome === 'violation' || outcome === 'invalid';
  return isWrong ? { ...finding, outcome: 'noted', isUnselected: true } : finding;
}

/** The policy's default as it is written at a kind of place. */
export function writtenDefault(
  { control, policy, written }: ControlContext,
  write: SettingPlace['write'],
): Json | undefined {
  if (!written.has(write)) written.set(write, write(control.safeDefault(policy)));
  return written.get(write);
}
