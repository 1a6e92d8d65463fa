/**
 * The tag of a repository that exempts it from controls: `ecr-hardening:exempt` =
 * `TagImmutability+ScanOnPush until 2027-01-31: the vendor overwrites stable`, or without a last day
 * `TagImmutability: the vendor overwrites stable`.
 *
 * It says the same as an exemption in a resource's Metadata, where no template is at hand. Values of tags can have letters,
 * digits, spaces and `+ - = . _ : / @` (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html), so that
 * nothing in one is separated by commas or semicolons.
 */
import { type ControlName, controlNames } from '../controls/index.ts';
import { isOneOf } from '../json.ts';
import { daysBetween, isDay } from './day.ts';
import type { Policy } from './policy.ts';

export { type ExemptionTagValue, exemptionTagKey, exemptionTagValue } from './exemption-tag-value.ts';

/** The controls that a repository is exempt from, with the reason. */
export interface Exemption {
  readonly controls: readonly ControlName[];
  /** The last day, which still counts, as YYYY-MM-DD in UTC; undefined for one without an end. */
  readonly until: string | undefined;
  readonly reason: string;
}

/** Why a value is no exemption; `actual` is the part of it that is wrong. */
export interface ExemptionTagProblem {
  readonly code: 'exemption-unknown-control' | 'exemption-not-a-day' | 'exemption-without-reason';
  readonly actual: string;
}

/** An exemption and whether it applies, or what is wrong with it. */
export type ParsedExemptionTag =
  | (Exemption & { readonly state: 'in force' | 'ended' })
  | { readonly problem: ExemptionTagProblem };

/**
 * Reads the value of the tag. One that is wrong exempts from nothing.
 *
 * @param today the day that the last day is compared with, as YYYY-MM-DD in UTC
 */
export function parseExemptionTag(value: string, today: string): ParsedExemptionTag {
  const [names = ''] = /^\s*[^\s:+]*(?:\s*\+\s*[^\s:+]*)*/.exec(value) ?? [];
  const controls: ControlName[] = [];
  for (const name of names.split('+').map((each) => each.trim())) {
    if (!isOneOf(controlNames, name)) return problem('exemption-unknown-control', name);
    controls.push(name);
  }
  const rest = value.slice(names.length).trim();
  // A colon ends the names, so that a reason can begin with this word.
  const ending = /^until(?![^\s:])\s*([^\s:]*)(.*)$/s.exec(rest);
  const until = ending?.[1];
  if (until !== undefined && !isDay(until)) return problem('exemption-not-a-day', until);
  const reason = (ending?.[2] ?? rest).trim().replace(/^:/, '').trim();
  if (reason === '') return problem('exemption-without-reason', value);
  return {
    controls: inOrder(controls),
    until,
    reason,
    state: until !== undefined && until < today ? 'ended' : 'in force',
  };
}

function problem(code: ExemptionTagProblem['code'], actual: string): ParsedExemptionTag {
  return { problem: { code, actual } };
}

function inOrder(controls: readonly ControlName[]): readonly ControlName[] {
  return controlNames.filter((name) => controls.includes(name));
}

/** The controls that a value of the tag exempts from on a day, where the policy allows exemptions. */
export function exemptControls(
  value: string | undefined,
  today: string,
  { AllowExemptions: areAllowed }: Pick<Policy, 'AllowExemptions'>,
): readonly ControlName[] {
  if (value === undefined || !areAllowed) return [];
  const parsed = parseExemptionTag(value, today);
  return 'problem' in parsed || parsed.state === 'ended' ? [] : parsed.controls;
}

/** Whether an exemption is in force, and ends within so many days. */
export function endsSoon({ until }: Pick<Exemption, 'until'>, today: string, withinDays = 14): boolean {
  return until !== undefined && until >= today && daysBetween(today, until) <= withinDays;
}
