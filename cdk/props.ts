/** What the constructs take: the organisation's policy, and which lifecycle policy is asked for. */
import type { LifecycleOptions, PolicyOptions, TemplateOptions } from '../index.ts';

/** The organisation's policy, by the names of the application's parameters; what is left out has the default there. */
export interface EcrHardeningProps extends PolicyOptions {
  /**
   * The lifecycle policy for repositories without one; `{}` asks for the application's default. Left out, none is written,
   * because nobody looks at the images that it would expire.
   */
  readonly lifecycle?: LifecycleOptions;
  /** The day that exemptions are checked against, as YYYY-MM-DD; left out, the current one (UTC). */
  readonly today?: string;
}

/** The same as options of the library. */
export function optionsOf({ lifecycle, today, ...policy }: EcrHardeningProps): TemplateOptions {
  return {
    policy,
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(today === undefined ? {} : { today }),
  };
}
