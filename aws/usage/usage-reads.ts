/** Reading evidence of use; the calls are in the files beside this one. */
import type { UsageEvidence, UsageSource } from '../../core/usage/evidence.ts';

/** A registry: an account in a Region. */
export interface UsageRegistry {
  /** The account whose registry it is, of 12 digits. */
  readonly registryId: string;
  readonly region: string;
}

/** Reads what uses the images of a registry. */
export interface Usage {
  /**
   * Never throws: a source that could not be read says why. A source that was read in part only counts as not read,
   * but the references that it found are among the evidence.
   *
   * @param sources those to read; `pulls` come with the images themselves and are not read here
   */
  read(registry: UsageRegistry, sources: readonly UsageSource[]): Promise<UsageEvidence>;
  close(): void;
}
