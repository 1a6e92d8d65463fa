/** The commit that an image was built from, where one of its tags names it. Pure. */

export interface Commit {
  readonly tag: string;
  readonly hash: string;
  readonly url: string | undefined;
}

// A whole or shortened git hash, by itself or after a word such as sha- or main-; of digits alone it may be a date.
const looksLikeCommit = /(?:^|-)(?=[0-9]*[a-f])([0-9a-f]{7,40})$/;

/**
 * The commit that a tag names, or undefined when none looks like one; a longer hash is preferred.
 *
 * @param template with `{commit}`, `{repository}` and `{tag}`; empty: no link
 */
export function commitOf(tags: readonly string[], repository: string, template: string): Commit | undefined {
  const [found] = tags
    .flatMap((tag) => {
      const hash = looksLikeCommit.exec(tag)?.[1];
      return hash === undefined ? [] : [{ tag, hash }];
    })
    .toSorted((one, other) => other.hash.length - one.hash.length);
  if (found === undefined) return undefined;
  const values: Readonly<Record<string, string>> = { commit: found.hash, repository, tag: found.tag };
  const url = template.replace(/\{(commit|repository|tag)\}/g, (_, name: string) => values[name] ?? '');
  return { ...found, url: url === '' ? undefined : url };
}
