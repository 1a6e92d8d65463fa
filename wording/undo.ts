/** The result of an undo, in the sentences that end the reason of a failure. */
import type { Undone } from '../reconcile/undo-log.ts';
import { explain } from './failures.ts';
import { truncateText } from './lists.ts';

// What fits into CloudFormation's 4,096 bytes beside the reason of the failure; the log has all.
const maxCharacters = 1_500;

/** Empty if nothing had been changed. */
export function undoSentences({ isChanged, failures }: Undone): string {
  const [first] = failures;
  if (first === undefined) return isChanged ? ' What had been changed was put back.' : '';
  const names = failures.map(({ subject, settings }) => `${settings.join(', ')} of ${subject}`);
  return ` NOT PUT BACK: ${truncateText(names, maxCharacters)}. ${explain(first.error).slice(0, 300)}`;
}
