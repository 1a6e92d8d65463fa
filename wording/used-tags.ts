import { visible } from '../core/visible.ts';

/** That a resource uses a tag that can no longer be overwritten, and what to do. */
export function usedTagMessage(tag: string, repository: string, line: number): string {
  return visible(
    `uses the tag ${tag} of ${repository} (line ${line}), which cannot be overwritten once it is pushed: push each image with a tag of its own, such as its commit, and use that here, or add ${tag} to MutableTags`,
  );
}
