import { partition } from '@aws-sdk/core/client';

/** Whether the SDK knows a Region by name; AWS may have opened others since this version of it. */
export function isKnownRegion(region: string): boolean {
  // It guesses the partition of others by their form, and has no description of them.
  return 'description' in partition(region);
}
