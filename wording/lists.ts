/** Lists and lengths in words. Pure. */

/** At most so many clauses, with the count of the rest. */
export function truncateList(clauses: readonly string[], max: number): string {
  const rest = clauses.length > max ? `; and ${clauses.length - max} more` : '';
  return `${clauses.slice(0, max).join('; ')}${rest}`;
}

/** As many clauses as fit into so many characters, with the count of the rest. */
export function truncateText(clauses: readonly string[], maxCharacters: number): string {
  let length = 0;
  const fit = clauses.filter((clause) => {
    length += clause.length + 2;
    return length <= maxCharacters;
  });
  const rest = clauses.length - fit.length;
  return `${fit.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

/** Such as `1 repository` or `2 repositories`. */
export function repositories(count: number): string {
  return `${count} ${count === 1 ? 'repository' : 'repositories'}`;
}

/** Clauses as one sentence; a clause that asks ("did you mean …?") ends it as well as a full stop. */
export function sentence(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return text.endsWith('?') ? text : `${text}.`;
}
