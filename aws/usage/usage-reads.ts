/** Reading evidence of use; the calls are in the files beside this one. */
import type { UsageEvidence, UsageSource } from '../../core/usage/evidence.ts';

/** A registry: an account in a Region. */
export interface UsageRegistry {
  /** The account whose registry it is, of 12 digits. */
  readonly registryId: string;
  readonly region: string;
}

/** Which images a caller is most interested in. */
export interface UsageReadOptions {
  /**
   * Images whose users are to be named as well as AWS can: for these, Amazon Inspector is asked in which clusters it saw them,
   * with one call for each, for at most 100 of them. By default none: the user that it reports is its own name of the image.
   */
  readonly isAskedFor?:
    | ((image: { readonly repository: string; readonly digest: string }) => boolean)
    | undefined;
}

/** Reads what uses the images of a registry. */
export interface Usage {
  /**
   * Never throws: a source that could not be read says why. A source that was read in part only counts as not read,
   * but the references that it found are among the evidence.
   *
   * @param sources those to read; `pulls` come with the images themselves and are not read here
   */
  read(
    registry: UsageRegistry,
    sources: readonly UsageSource[],
    options?: UsageReadOptions,
  ): Promise<UsageEvidence>;
  close(): void;
}
