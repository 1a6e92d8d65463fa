import type { Json } from './json.ts';
import type { Path } from './path.ts';

/** The codes of issues of a lifecycle policy. */
export type LifecycleIssueCode =
  | 'not-json'
  | 'not-json-text'
  | 'no-rules'
  | 'too-many-rules'
  | 'text-length'
  | 'empty-list'
  | 'tagged-without-list'
  | 'list-without-tagged'
  | 'unit-without-age'
  | 'archive-mismatch'
  | 'target-without-transition'
  | 'expiry-by-pulls'
  | 'already-archived'
  | 'same-priority'
  | 'prefix-twice'
  | 'all-must-match'
  | 'never-fires';

/** The codes of issues of a value; `wording/` has the sentence for each. */
export type IssueCode =
  // shapes
  | 'not-a-map'
  | 'not-a-list'
  | 'not-text'
  | 'not-a-boolean'
  | 'not-a-count'
  | 'not-one-of'
  | 'unknown-key'
  | 'missing'
  | 'too-long'
  // tag patterns and exclusion filters
  | 'pattern-characters'
  | 'too-many-wildcards'
  | 'too-many-patterns'
  | 'matches-every-tag'
  | 'matches-nearly-every-tag'
  | 'filter-count'
  | 'filters-missing'
  | 'filters-not-taken'
  | LifecycleIssueCode
  // repository policies
  | 'not-a-policy'
  // the value is not known yet
  | 'unknown';

/** One issue of a value, or information about it, as data; `wording/` has the sentence. */
export interface Issue<Code extends string = IssueCode> {
  readonly code: Code;
  /** Where, from the value on that was checked; empty for the value itself. */
  readonly path: Path;
  /** What is allowed: a value, the list of allowed ones, a bound. */
  readonly expected?: Json | undefined;
  /** The actual value. It may be a secret in the wrong place: `wording/` decides whether to quote it. */
  readonly actual?: Json | undefined;
  /** How many, where there are too many or too few. */
  readonly count?: number | undefined;
  /** Another path that it refers to. */
  readonly related?: Path | undefined;
}

/** A value, or everything that is wrong with it. */
export type Parsed<Value, Code extends string = IssueCode> =
  | { readonly value: Value }
  | { readonly issues: readonly Issue<Code>[] };

/** A value that cannot be used, for one reason. */
export function unusable<Code extends string = IssueCode>(
  code: Code,
  details: Omit<Issue<Code>, 'code' | 'path'> & { readonly path?: Path } = {},
): { readonly issues: readonly Issue<Code>[] } {
  return { issues: [{ code, path: [], ...details }] };
}
