/** Which images in use keep a lifecycle policy from being put. */
import type { ImageInUse } from '../reconcile/guard.ts';

/** Whether a sentence may name a repository: in a dry run only one that its author names. */
export type IsNamed = (repository: string) => boolean;

// What fits into CloudFormation's 4,096 bytes beside the rest of the response.
const maxImageCharacters = 2_600;

export function imagesInUseSentence(
  images: readonly ImageInUse[],
  withinDays: number,
  isNamed: IsNamed,
): string {
  const named: string[] = [];
  let length = 0;
  for (const { repository, tags, digest, lastPull } of images.filter((image) => isNamed(image.repository))) {
    const which = tags.length === 0 ? 'untagged' : tags.join(', ');
    const name = `${repository} ${which} (${digest}, last pulled ${lastPull.toISOString().slice(0, 16)}Z)`;
    length += name.length + 2;
    if (length > maxImageCharacters && named.length > 0) break;
    named.push(name.slice(0, maxImageCharacters));
  }
  const rest = images.length - named.length;
  const count = images.length === 1 ? '1 image that was' : `${images.length} images that were`;
  const action = actionWords(images);
  const pulled =
    named.length === 0 ? '' : ` Pulled: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
  return `The lifecycle policy would ${action} ${count} pulled within ${withinDays} days, so nothing was changed. Change it to keep them, or set ProtectPulledWithinDays: 0 to ${action} them.${pulled}`;
}

/** What would happen to them: an archived image cannot be pulled until it is restored. */
function actionWords(images: readonly Pick<ImageInUse, 'action'>[]): string {
  const actions = ['expire', 'archive'] as const;
  return actions.filter((each) => images.some(({ action }) => action === each)).join(' or ');
}
