import type { Finding } from './finding.ts';
import { isList, isObject, type Json, type JsonObject, member, withMember } from './json.ts';
import { metadataKey, reportKey } from './metadata.ts';

/**
 * The resource with its findings under its Metadata. What an earlier run reported stays, and what it reported
 * already is not added again, so that running twice is running once.
 */
export function withReport(resource: JsonObject, findings: readonly Finding[]): JsonObject {
  const metadata = member(resource, 'Metadata') ?? {};
  if (!isObject(metadata)) return resource;
  const own = member(metadata, metadataKey) ?? {};
  if (!isObject(own)) return resource;
  const earlier = member(own, reportKey);
  const kept = isList(earlier) ? earlier : [];
  const known = new Set(kept.map((entry) => JSON.stringify(entry)));
  const added = findings.map(toReport).filter((entry) => !known.has(JSON.stringify(entry)));
  if (added.length === 0) return resource;
  return withMember(
    resource,
    'Metadata',
    withMember(metadata, metadataKey, withMember(own, reportKey, [...kept, ...added])),
  );
}

/** Intrinsics are written as text: CloudFormation would resolve them in Metadata, and show what a parameter hides. */
function toReport({ logicalId: _, before, after, ...rest }: Finding): Json {
  // What is undefined has no place in a template.
  return JSON.parse(JSON.stringify({ ...rest, before: asText(before), after: asText(after) }));
}

function asText(value: Json | undefined): Json | undefined {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
