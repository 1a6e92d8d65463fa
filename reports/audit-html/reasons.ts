/** Why values of an audit are unknown: each reason once, with the number that cells refer to it by. Pure. */

import { isUnknown, type Known } from '../../core/known.ts';
import type { ReportedAudit } from '../../wording/audit/describe.ts';

/** By reason. */
export type Reasons = ReadonlyMap<string, { readonly number: number; readonly repositories: number }>;

/** Every reason of the registry and of its repositories, the most frequent first. */
export function reasonsOf({ registry, repositories, summary }: ReportedAudit): Reasons {
  const counts = new Map<string, number>();
  for (const { stack, scanned, lifecyclePolicy, publicBy, images, hardened, keepImages } of repositories) {
    const expires = isUnknown(lifecyclePolicy) ? lifecyclePolicy : lifecyclePolicy.expires;
    const all: readonly Known<unknown>[] = [
      stack,
      scanned,
      lifecyclePolicy,
      expires,
      publicBy,
      images,
      hardened,
      hardened === null || isUnknown(hardened) ? null : hardened.inUse,
      keepImages,
    ];
    const here = new Set(all.filter((value) => isUnknown(value)).map(({ unknown }) => unknown));
    for (const reason of here) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  // Unknown values of the registry as a whole.
  for (const { reason, repositories: count } of summary.unknown)
    if (!counts.has(reason)) counts.set(reason, count);
  if (registry !== undefined && isUnknown(registry.scanType) && !counts.has(registry.scanType.unknown))
    counts.set(registry.scanType.unknown, repositories.length);
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return new Map(
    sorted.map(([reason, count], index) => [reason, { number: index + 1, repositories: count }]),
  );
}

/** The anchor of a reason in the page. */
export function reasonId(number: number): string {
  return `w${number}`;
}
