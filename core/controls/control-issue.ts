import type { Issue, IssueCode } from '../issue.ts';
import type { Unknown } from '../known.ts';

/**
 * The verdict of a control on a setting.
 *
 * - `missing`: it is not set, and what ECR does by default is unsafe
 * - `unsafe`: what is set is unsafe
 * - `invalid`: ECR would refuse what is set
 * - `unknown`: it is not known
 * - `note`: information
 */
export type Verdict = 'missing' | 'unsafe' | 'invalid' | 'unknown' | 'note';

/** One thing that a control finds. Its path begins at the setting's value. */
export interface ControlIssue<Code extends string = string> extends Issue<Code | IssueCode> {
  readonly verdict: Verdict;
}

/** The issue of a setting that is not known. */
export function unknownIssue({ unknown }: Unknown): readonly ControlIssue<never>[] {
  return [{ code: 'unknown', verdict: 'unknown', path: [], actual: unknown }];
}
