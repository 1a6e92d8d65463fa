/** Sentences as data: texts with places for what differs. */
import type { Finding } from '../core/finding.ts';
import { entriesOf, isList, type Json, textOf } from '../core/json.ts';
import { pathText } from './path.ts';
import { guessed } from './unknown-name.ts';
import type { ValueWords } from './values.ts';

/** What a clause is made of. */
export type IssueDetails = Pick<Finding, 'expected' | 'actual' | 'count' | 'related'>;

/** The same for sentences that name a parameter, or an exemption. */
export type FindingDetails = IssueDetails & Partial<Pick<Finding, 'path' | 'exemption'>>;

/**
 * A sentence with its places filled: `must have {expected| to } characters, not {count}`.
 *
 * - `{expected}`, `{actual}`, `{count}`: as they are; of a list each entry, with the words behind `|` between them
 * - `{count}` without one: that of the actual entries
 * - `{one}`: one of what is expected
 * - `{key}`: the second of what is expected
 * - `{value}`: what the actual value is; `{quoted}`: the value in quotes and a space, where it is shown
 * - `{guess}`: a space and the actual name, where it is shown, and the one that is most likely meant
 * - `{related}`: the other path; `{name}`: the last step of its own
 * - `{reason}`, `{until}`: an exemption's
 */
export function fill(sentence: string, details: FindingDetails, values: ValueWords): string {
  // Most have no places, and a cold start is quicker without reading how they are filled.
  return sentence.includes('{') ? filled(sentence, details, values) : sentence;
}

function filled(sentence: string, details: FindingDetails, { describe, quote }: ValueWords): string {
  const { expected, actual, count, related = [], path = [], exemption } = details;
  const list = listOf(expected);
  const places: Readonly<Record<string, Json | undefined>> = {
    expected,
    actual,
    count: count ?? entriesOf(actual).length,
    one: list.length > 2 ? `one of ${list.join(', ')}` : list.join(' or '),
    key: list[1],
    value: describe(actual),
    quoted: quote(actual),
    related: pathText(related),
    name: path.at(-1),
    ...exemption,
  };
  return sentence.replace(/\{(\w+)(?:\|(.+?))?\}/g, (_, place: string, between?: string) => {
    if (place === 'guess') return guessed(textOf(actual), list, quote('key') !== '');
    const filling = places[place];
    return isList(filling) ? filling.map(textOf).join(between) : textOf(filling);
  });
}

/** What is allowed, as texts. */
export function listOf(expected: Json | undefined): readonly string[] {
  return (isList(expected) ? expected : []).map(textOf);
}
