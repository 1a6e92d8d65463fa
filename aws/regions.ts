import { partition } from '@aws-sdk/core/client';

/** Whether the SDK knows a Region by name; AWS may have opened others since this version of it. */
export function isKnownRegion(region: string): boolean {
  // It guesses the partition of others by their form, and has no description of them.
  return 'description' in partition(region);
}

/** The partition of a Region, as ARNs have it, and the domain of its services. */
export function partitionOf(region: string): { readonly name: string; readonly dnsSuffix: string } {
  const { name, dnsSuffix } = partition(region);
  return { name, dnsSuffix };
}

/** The host of a private registry, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`. */
export function registryHost({
  account,
  region,
}: {
  readonly account: string;
  readonly region: string;
}): string {
  return `${account}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}`;
}
