/** The whole result of a dry run, in the log: the response has the names and the images of few repositories. */
import type { Log } from '../../reconcile/log.ts';
import type { Note } from '../../reconcile/outcome.ts';
import type { Plan } from '../../reconcile/plan.ts';
import { isWriting } from '../../reconcile/writes.ts';
import { noteClause, planWords } from '../../wording/notes.ts';

// CloudWatch Logs takes lines of up to 256 KB in every Region.
const maxCharacters = 150_000;

/** Logs the changes of every repository, and every note, in as many lines as they need. */
export function logDryRun(plans: readonly Plan[], notes: readonly Note[], log: Log): void {
  const changes = plans
    .filter(isWriting)
    .map((plan) => `${plan.observed.repository.name} (${planWords(plan, ({ mutability }) => mutability)})`);
  for (const some of lines(changes)) log({ message: 'dry run: changes', changes: some });
  for (const some of lines(notes.map(noteClause))) log({ message: 'dry run: notes', notes: some });
}

/** The texts in groups that fit into a line each. */
function lines(texts: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let left = 0;
  for (const text of texts) {
    left -= text.length;
    const last = groups.at(-1);
    if (last !== undefined && left >= 0) {
      last.push(text);
      continue;
    }
    groups.push([text]);
    left = maxCharacters - text.length;
  }
  return groups;
}
