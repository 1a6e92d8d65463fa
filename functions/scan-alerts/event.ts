/** The events of EventBridge that this function handles. */
import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { type Severity, severityOf } from './severity.ts';
import { clip, type Vulnerability } from './vulnerability.ts';

/** A private registry. */
export interface Registry {
  readonly account: string;
  readonly region: string;
}

/** One image in a private registry, which need not be that of the event's account. */
export interface Image extends Registry {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
}

interface Common {
  /** EventBridge's own id: the same when it delivers an event again. */
  readonly id: string;
  readonly image: Image;
}

/** A scan that ended, or a finding that Inspector reports later. */
export type ScanEvent =
  | (Common & {
      readonly kind: 'scan';
      readonly scanner: 'BASIC' | 'ENHANCED';
      /** COMPLETE, or another status. */
      readonly status: string;
      /** Severities without findings are left out; undefined if the event has no counts. */
      readonly counts: Readonly<Partial<Record<Severity, number>>> | undefined;
    })
  | (Common & {
      readonly kind: 'finding';
      readonly findings: readonly Vulnerability[];
      /** Whether it belongs to the image's first scan, which has an event of its own. */
      readonly isOfFirstScan: boolean;
    });

/**
 * Parses an event (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html,
 * https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html).
 *
 * @throws when the event has another form: Lambda then keeps it in the dead-letter queue, with the reason
 */
export function parseEvent(event: unknown): ScanEvent {
  if (!isObject(event)) throw unknown('it is not an object');
  const detail = member(event, 'detail');
  if (!isObject(detail)) throw unknown('it has no detail');
  const type = member(event, 'detail-type');
  switch (type) {
    case 'ECR Image Scan':
      return parseScan(event, detail, 'BASIC');
    case 'Inspector2 Scan':
      return parseScan(event, detail, 'ENHANCED');
    case 'Inspector2 Finding':
      return parseFinding(event, detail);
    default:
      throw unknown(`its detail-type is ${JSON.stringify(type)}`);
  }
}

function parseScan(event: JsonObject, detail: JsonObject, scanner: 'BASIC' | 'ENHANCED'): ScanEvent {
  const counts = member(detail, 'finding-severity-counts');
  const status = textOf(detail, 'scan-status');
  return {
    kind: 'scan',
    id: textOf(event, 'id'),
    scanner,
    // Inspector's name of a completed first scan.
    status: status === 'INITIAL_SCAN_COMPLETE' ? 'COMPLETE' : status,
    counts: isObject(counts) ? countsOf(counts) : undefined,
    image: {
      ...repositoryIn(textOf(detail, 'repository-name'), {
        account: textOf(event, 'account'),
        region: textOf(event, 'region'),
      }),
      digest: textOf(detail, 'image-digest'),
      tags: textsOf(member(detail, 'image-tags')),
    },
  };
}

/**
 * Counts by severity: ECR leaves out severities without findings, and Inspector adds a TOTAL, which is the only place
 * where it counts findings that are LOW or not rated.
 */
function countsOf(counts: JsonObject): Partial<Record<Severity, number>> {
  const found: Partial<Record<Severity, number>> = {};
  for (const [name, count] of Object.entries(counts)) {
    if (name === 'TOTAL' || typeof count !== 'number' || count <= 0) continue;
    const severity = severityOf(name);
    found[severity] = (found[severity] ?? 0) + count;
  }
  const named = Object.values(found).reduce((sum, count) => sum + count, 0);
  const total = member(counts, 'TOTAL');
  const rest = typeof total === 'number' ? total - named : 0;
  return rest > 0 ? { ...found, UNRATED: (found.UNRATED ?? 0) + rest } : found;
}

function parseFinding(event: JsonObject, detail: JsonObject): ScanEvent {
  const resources = member(detail, 'resources');
  const resource = isList(resources) ? resources.find(isImage) : undefined;
  const image = at(resource, 'details', 'awsEcrContainerImage');
  if (!isObject(image)) throw unknown('it is not about an image of ECR');
  const pushed = timeOf(member(image, 'pushedAt'));
  const observed = timeOf(member(detail, 'firstObservedAt'));
  return {
    kind: 'finding',
    id: textOf(event, 'id'),
    image: {
      ...repositoryIn(textOf(image, 'repositoryName'), {
        account:
          text(member(image, 'registry')) ?? text(member(detail, 'awsAccountId')) ?? textOf(event, 'account'),
        region: text(at(resource, 'region')) ?? textOf(event, 'region'),
      }),
      digest: textOf(image, 'imageHash'),
      tags: textsOf(member(image, 'imageTags')),
    },
    findings: findingsOf(detail),
    // Where a date cannot be parsed the finding is reported.
    isOfFirstScan: pushed !== undefined && observed !== undefined && observed - pushed < firstScanMs,
  };
}

// What Inspector finds within this time of the push, it finds in the image's first scan.
const firstScanMs = 60 * 60 * 1000;

/** A finding of Inspector's, once for each package that has it. */
export function findingsOf(detail: JsonObject): readonly Vulnerability[] {
  const vulnerability = member(detail, 'packageVulnerabilityDetails');
  const packages = at(vulnerability, 'vulnerablePackages');
  const title = member(detail, 'title');
  const id = at(vulnerability, 'vulnerabilityId') ?? title;
  const url = at(vulnerability, 'sourceUrl');
  const severity = severityOf(member(detail, 'severity'));
  const listed = isList(packages) ? packages.filter(isObject) : [];
  return (listed.length === 0 ? [{}] : listed).map((each) => {
    const fixed = member(each, 'fixedInVersion');
    return {
      id: clip(text(id) ?? 'unnamed'),
      severity,
      package: clip(text(member(each, 'name')) ?? ''),
      installed: clip(text(member(each, 'version')) ?? ''),
      fixed: fixedOf(text(fixed)),
      url: text(url),
    };
  });
}

/** Inspector sends `NotAvailable` where there is no fix. */
export function fixedOf(version: string | undefined): string | null {
  return version === undefined || version === 'NotAvailable' ? null : clip(version);
}

function isImage(value: Json): value is JsonObject {
  return isObject(value) && member(value, 'type') === 'AWS_ECR_CONTAINER_IMAGE';
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) => (isObject(found) ? member(found, key) : undefined),
    value,
  );
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textOf(map: JsonObject, key: string): string {
  const found = text(member(map, key));
  if (found === undefined) throw unknown(`it has no ${key}`);
  return found;
}

function textsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** By its ARN, which Inspector sends in a scan's event, or by its name. */
function repositoryIn(name: string, registry: Registry): Registry & { readonly repository: string } {
  const [, region, account, repository] = /^arn:[^:]*:ecr:([^:]+):([^:]+):repository\/(.+)$/.exec(name) ?? [];
  return region === undefined || account === undefined || repository === undefined
    ? { ...registry, repository: name }
    : { account, region, repository };
}

/** Milliseconds since 1970; Inspector writes dates such as "Dec 3, 2021, 6:02:30 PM", in UTC, or in ISO's form. */
function timeOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const isIso = /^\d{4}-\d\d-\d\dT/.test(value);
  const time = Date.parse(isIso ? value : `${value} UTC`);
  return Number.isNaN(time) ? undefined : time;
}

function unknown(reason: string): Error {
  return new Error(`EcrHardening does not handle this event: ${reason}`);
}
