import type { Finding } from '../core/finding.ts';
import { isObject, type Json, type JsonObject, withMember } from '../core/json.ts';
import { dynamicReference } from './intrinsics.ts';
import { metadataKey, reportKey } from './resource-rules.ts';

/** A finding as people read it; `wording/` has it. Its values are still the template's own. */
export type DescribeFinding = (finding: Finding) => Readonly<Record<string, Json | undefined>>;

/**
 * The resource with its findings in its Metadata. A resource that already has a report keeps it: hardening must be
 * idempotent.
 */
export function withReport(
  resource: JsonObject,
  findings: readonly Finding[],
  describe: DescribeFinding,
): JsonObject {
  const metadata = resource.Metadata ?? {};
  const own = isObject(metadata) ? (metadata[metadataKey] ?? {}) : undefined;
  if (!isObject(metadata) || !isObject(own) || Object.hasOwn(own, reportKey) || findings.length === 0)
    return resource;
  const reported = withMember(
    own,
    reportKey,
    findings.map((finding) => toReport(describe(finding))),
  );
  return withMember(resource, 'Metadata', withMember(metadata, metadataKey, reported));
}

/** Intrinsics are written as text: CloudFormation would resolve them in Metadata, and show what a parameter hides. */
function toReport(described: ReturnType<DescribeFinding>): Json {
  const entries = Object.entries(described).map(([key, value]) => [key, asText(value)]);
  // A secure dynamic reference in Metadata would make CloudFormation refuse the template.
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)).replaceAll(dynamicReference, '{ {resolve:'));
}

function asText(value: Json | undefined): Json | undefined {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
