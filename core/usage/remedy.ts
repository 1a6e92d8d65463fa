/** What to set so that a default lifecycle policy keeps the images in use. */
import { defaultParameters } from '../lifecycle/default-form.ts';
import type { Policy } from '../policy/policy.ts';
import type { ImageAtRisk } from './policy-effect.ts';

/** The parameters to set; the others stay. */
export type Remedy = Partial<
  Pick<Policy, 'KeepImages' | 'ExpireUntaggedAfterDays' | 'ArchiveUnpulledAfterDays'>
>;

/**
 * The parameters with which the default policy does nothing to these images now, the smallest KeepImages that is enough among
 * them; undefined if the text is no default one, or nothing is at risk. What expires later is not foreseen.
 *
 * @param wanted the text that would be written
 * @param inUse all images at risk by that text, of one repository or of several
 * @param protectPulledWithinDays for how many days a pull counts: nothing is archived within them
 */
export function remedyFor(
  wanted: string,
  inUse: readonly ImageAtRisk[],
  protectPulledWithinDays?: number,
): Remedy | undefined {
  const parameters = defaultParameters(wanted);
  if (parameters === undefined || inUse.length === 0) return undefined;
  const { KeepImages, ExpireUntaggedAfterDays, ArchiveUnpulledAfterDays } = parameters;
  const hasUntagged = ExpireUntaggedAfterDays > 0 && inUse.some(({ tags }) => tags.length === 0);
  const untagged = hasUntagged ? { ExpireUntaggedAfterDays: 0 } : {};
  if (ArchiveUnpulledAfterDays > 0) {
    // Without the rule for untagged images, archiving takes them all: also those in use that it left alone, whose pulls are not known.
    if (hasUntagged) return { ...untagged, ...nothingArchived };
    return laterArchiving(
      inUse.filter(({ action }) => action === 'archive'),
      ArchiveUnpulledAfterDays,
      protectPulledWithinDays,
    );
  }
  const needed = inUse.reduce((most, { position }) => Math.max(most, position), 0);
  return KeepImages > 0 && needed > KeepImages ? { ...untagged, KeepImages: needed } : untagged;
}

// Where nothing is archived KeepImages counts, and nothing shows what it would expire.
const nothingArchived: Remedy = { ArchiveUnpulledAfterDays: 0, KeepImages: 0 };

function laterArchiving(
  archived: readonly ImageAtRisk[],
  after: number,
  protectedDays: number | undefined,
): Remedy {
  if (archived.length === 0) return {};
  if (protectedDays === undefined || archived.some(({ verdict }) => verdict.kind === 'in-use'))
    // Pulls do not show that it runs.
    return nothingArchived;
  // ECR may record a pull a day late.
  return after > protectedDays ? {} : { ArchiveUnpulledAfterDays: protectedDays + 1 };
}
