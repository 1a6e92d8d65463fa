import { type Issue, type Parsed, unusable } from '../issue.ts';
import { isObject, type Json, member } from '../json.ts';

/** The key of `ImageScanningConfiguration` in AWS::ECR::Repository's shape. */
export const scanOnPushKey = 'ScanOnPush';

/** Reads ScanOnPush. Booleans may be text, in whatever case a template's author and tools write them. */
export function parseScanOnPush(value: Json): Parsed<boolean> {
  const given = typeof value === 'string' ? value.toLowerCase() : value;
  if (given === true || given === 'true') return { value: true };
  if (given === false || given === 'false') return { value: false };
  return unusable('not-a-boolean', { actual: value });
}

/** Reads `ImageScanningConfiguration`, where nothing in it is left to be resolved; undefined: ScanOnPush is not set. */
export function parseScanningConfiguration(value: Json): Parsed<boolean | undefined> {
  if (!isObject(value)) return unusable('not-a-map', { expected: scanOnPushKey, actual: value });
  const issues: Issue[] = Object.keys(value)
    .filter((key) => key !== scanOnPushKey)
    .map((key) => ({ code: 'unknown-key', path: [key], expected: [scanOnPushKey], actual: key }));
  const given = member(value, scanOnPushKey);
  const parsed: Parsed<boolean | undefined> =
    given === undefined ? { value: undefined } : parseScanOnPush(given);
  if ('issues' in parsed)
    issues.push(...parsed.issues.map((issue) => ({ ...issue, path: [scanOnPushKey, ...issue.path] })));
  return issues.length > 0 ? { issues } : parsed;
}

/** Whether two mean the same. */
export function isSameScanOnPush(one: boolean, other: boolean): boolean {
  return one === other;
}

/** Whether the first scans less than the second. */
export function isWeakerScanOnPush(one: boolean, than: boolean): boolean {
  return than && !one;
}
