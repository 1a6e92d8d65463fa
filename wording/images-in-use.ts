/** Which images in use keep a lifecycle policy from being put. */
import type { ImageInUse, PolicyCheck } from '../reconcile/guard.ts';
import type { UnreadUsage } from '../reconcile/usage-look.ts';
import { missingActions, notReadClause, usersText } from './image-usage.ts';

/** Whether a sentence may name a repository: in a dry run only one that its author names. */
export type IsNamed = (repository: string) => boolean;

// What fits into CloudFormation's 4,096 bytes beside the rest of the response.
const maxImageCharacters = 2_400;

export function imagesInUseSentence(
  images: readonly ImageInUse[],
  withinDays: number,
  isNamed: IsNamed,
): string {
  const action = actionWords(images);
  const named = imageList(
    images.filter(({ repository }) => isNamed(repository)),
    images.length,
    maxImageCharacters,
  );
  const heading = images.some(isUsed) ? 'In use' : 'Pulled';
  const list = named === '' ? '' : ` ${heading}: ${named}.`;
  return `The lifecycle policy would ${action} ${countWords(images, withinDays)}, so nothing was changed. Change it to keep them, or set ProtectPulledWithinDays: 0 to ${action} them, which needs AllowExpiringImagesInUse: true of the application.${list}`;
}

/** The same where it is not known whether images are in use. */
export function usageUnreadSentence(repositories: number, unread: readonly UnreadUsage[]): string {
  const where = repositories === 1 ? '' : ` in ${repositories} repositories`;
  return `The lifecycle policy would expire or archive images${where}, and it is not known whether they are in use, so nothing was changed: ${unread.map(notReadClause).join(' and ')}. ${unreadRemedy(unread)}`;
}

/** What to do about required sources that were not read. */
function unreadRemedy(unread: readonly UnreadUsage[]): string {
  const actions = missingActions(unread);
  const first =
    actions.length === 0
      ? 'Deploy again'
      : `Allow ${actions.join(' and ')} in the function's role, and in any service control policy or permissions boundary`;
  return `${first}, or remove ${unread.map(({ what }) => what).join(' and ')} from LifecycleGuardSources of the application.`;
}

/** What a dry run says of a lifecycle policy that would be refused, of one repository, with as many images as fit. */
export function refusedPolicyClause(
  { images, unread }: PolicyCheck,
  withinDays: number,
  maxCharacters: number,
): string {
  if (images.length === 0)
    return `the LifecyclePolicy would be refused, since it is not known whether images that it would expire or archive are in use: ${unread.map(notReadClause).join(' and ')}`;
  return `the LifecyclePolicy would be refused, since it would ${actionWords(images)} ${countWords(images, withinDays)}: ${imageList(images, images.length, maxCharacters)}`;
}

/** As many images as fit, with who uses them, and how many more there are. */
function imageList(images: readonly ImageInUse[], count: number, maxCharacters: number): string {
  const named: string[] = [];
  let length = 0;
  for (const image of images) {
    const name = imageWords(image);
    length += name.length + 2;
    if (length > maxCharacters && named.length > 0) break;
    named.push(name.slice(0, maxCharacters));
  }
  const rest = count - named.length;
  return named.length === 0 ? '' : `${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

const maxUsers = 2;

function imageWords({ repository, tags, digest, verdict }: ImageInUse): string {
  const which = tags.length === 0 ? 'untagged' : tags.join(', ');
  if (verdict.kind === 'pulled')
    return `${repository} ${which} (${digest}, last pulled ${new Date(verdict.pulledAt).toISOString().slice(0, 16)}Z)`;
  return `${repository} ${which} (${digest}, in use by ${usersText(verdict.users, maxUsers)})`;
}

function countWords(images: readonly ImageInUse[], withinDays: number): string {
  const used = images.filter(isUsed).length;
  const one = images.length === 1;
  const pulled = `${one ? 'was' : 'were'} pulled within ${withinDays} days`;
  const inUse = `${one ? 'is' : 'are'} in use`;
  const what = used === 0 ? pulled : used === images.length ? inUse : `${inUse} or ${pulled}`;
  return `${images.length} ${one ? 'image' : 'images'} that ${what}`;
}

function isUsed({ verdict }: ImageInUse): boolean {
  return verdict.kind === 'in-use';
}

/** What would happen to them: an archived image cannot be pulled until it is restored. */
function actionWords(images: readonly Pick<ImageInUse, 'action'>[]): string {
  const actions = ['expire', 'archive'] as const;
  return actions.filter((each) => images.some(({ action }) => action === each)).join(' or ');
}
