/** Images in use that present lifecycle policies will remove, in words. */
import type { SweepTally } from '../../sweep/tally.ts';
import { pluralise } from '../format.ts';

/**
 * How many images there are, and of how many repositories that is not known; a clause for each, without a full stop.
 *
 * @param named what follows the number of images, such as `: team/a, team/b`
 */
export function riskClauses(
  { images, repositories, unread }: Omit<SweepTally['atRisk'], 'names'>,
  named = '',
): readonly string[] {
  const repositoriesOf = (count: number) => pluralise(count, 'repository', 'repositories');
  return [
    ...(images === 0
      ? []
      : [
          `${pluralise(images, 'image', 'images')} in use will be removed by the lifecycle policies of ${repositoriesOf(repositories)}${named}`,
        ]),
    ...unreadRiskClauses(unread),
  ];
}

/** The same where it is not known, or not all of it. @param unread of how many repositories */
export function unreadRiskClauses(unread: number): readonly string[] {
  return unread === 0
    ? []
    : [
        `Of ${pluralise(unread, 'repository', 'repositories')} not everything could be read: images in use may be at risk there, and the report says why`,
      ];
}
