import { describeKind, isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { unknownName } from '../../core/nearest.ts';
import {
  isMutability,
  mutabilities,
  readFilters,
  type TagMutability,
  takesFilters,
} from '../../core/tag-mutability.ts';

/** What a `Custom::EcrSettings` asks for; undefined where its author left the safe default. */
export interface WantedSettings {
  readonly repositoryName: string;
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
}

const names = [
  'RepositoryName',
  'ImageTagMutability',
  'ImageTagMutabilityExclusionFilters',
  'ImageScanningConfiguration',
];
// CloudFormation's own, which arrive among the properties.
const reserved = ['ServiceToken', 'ServiceTimeout'];

// The schema of AWS::ECR::Repository.
const repositoryName =
  /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Parses ResourceProperties, named and shaped as in AWS::ECR::Repository; every problem at once, each a clause. */
export function parseProperties(
  properties: JsonObject,
): { readonly wanted: WantedSettings } | { readonly problems: readonly string[] } {
  const problems = Object.keys(properties)
    .filter((name) => !names.includes(name) && !reserved.includes(name))
    .map((name) => unknownName('property', name, names));

  const name = member(properties, 'RepositoryName');
  if (name === undefined) problems.push('RepositoryName is missing');
  else if (typeof name !== 'string' || !repositoryName.test(name))
    problems.push(`RepositoryName must be the name of an ECR repository, not ${describeKind(name)}`);

  const tagMutability = parseTagMutability(properties, problems);
  const scanOnPush = parseScanning(member(properties, 'ImageScanningConfiguration'), problems);
  return problems.length > 0 || typeof name !== 'string'
    ? { problems }
    : { wanted: { repositoryName: name, tagMutability, scanOnPush } };
}

function parseTagMutability(properties: JsonObject, problems: string[]): TagMutability | undefined {
  const value = member(properties, 'ImageTagMutability');
  const filters = member(properties, 'ImageTagMutabilityExclusionFilters');
  const key = 'ImageTagMutabilityExclusionFilters';
  const hasFilters = filters !== undefined && !(isList(filters) && filters.length === 0);
  const read = hasFilters ? readFilters(filters) : { exclusions: [], problems: [] };
  for (const problem of read.problems) problems.push(`${key}${problem.path} ${problem.reason}`);
  if (
    hasFilters &&
    read.problems.length === 0 &&
    read.exclusions.length !== (isList(filters) ? filters.length : 0)
  )
    problems.push(`each filter in ${key} needs an ImageTagMutabilityExclusionFilterValue`);

  if (value === undefined)
    return hasFilters ? { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: read.exclusions } : undefined;
  if (!isMutability(value)) {
    const what = typeof value === 'string' ? unknownName('value', value, mutabilities) : describeKind(value);
    problems.push(`ImageTagMutability has the ${what}`);
    return undefined;
  }
  if (takesFilters(value) && !hasFilters) problems.push(`ImageTagMutability ${value} needs ${key}`);
  if (!takesFilters(value) && hasFilters)
    problems.push(`${key} does not go with ImageTagMutability ${value}: say ${value}_WITH_EXCLUSION`);
  return { mutability: value, exclusions: read.exclusions };
}

function parseScanning(value: Json | undefined, problems: string[]): boolean | undefined {
  if (value === undefined) return undefined;
  const path = 'ImageScanningConfiguration';
  if (!isObject(value)) {
    problems.push(`${path} must be a map with ScanOnPush, not ${describeKind(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (key !== 'ScanOnPush') problems.push(`${path} has the ${unknownName('key', key, ['ScanOnPush'])}`);
  const scan = member(value, 'ScanOnPush');
  if (scan === undefined) return undefined;
  // Booleans arrive as text: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
  if (scan === true || scan === 'true') return true;
  if (scan === false || scan === 'false') return false;
  problems.push(`${path}.ScanOnPush must be true or false, not ${describeKind(scan)}`);
  return undefined;
}
