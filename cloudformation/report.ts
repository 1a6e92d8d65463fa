import type { Finding } from '../core/finding.ts';
import { dynamicReference } from '../core/intrinsics.ts';
import { isObject, type Json, type JsonObject, member, withMember } from '../core/json.ts';
import { metadataKey, reportKey } from './metadata.ts';

/**
 * The resource with its findings under its Metadata. A resource that has been reported on keeps that report: another
 * run finds its own work, and twice must be once.
 */
export function withReport(resource: JsonObject, findings: readonly Finding[]): JsonObject {
  const metadata = member(resource, 'Metadata') ?? {};
  const own = isObject(metadata) ? (member(metadata, metadataKey) ?? {}) : undefined;
  if (!isObject(metadata) || !isObject(own) || Object.hasOwn(own, reportKey) || findings.length === 0)
    return resource;
  const reported = withMember(own, reportKey, findings.map(toReport));
  return withMember(resource, 'Metadata', withMember(metadata, metadataKey, reported));
}

/** Intrinsics are written as text: CloudFormation would resolve them in Metadata, and show what a parameter hides. */
function toReport({ logicalId: _, before, after, ...rest }: Finding): Json {
  const text = JSON.stringify({ ...rest, before: asText(before), after: asText(after) });
  // A secure dynamic reference in Metadata would make CloudFormation refuse the template.
  return JSON.parse(text.replaceAll(dynamicReference, '{ {resolve:'));
}

function asText(value: Json | undefined): Json | undefined {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
