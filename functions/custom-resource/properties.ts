import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { nearest, unknownName } from '../../core/nearest.ts';
import { isMutability, mutabilities, type TagMutability, takesFilters } from '../../core/tag-mutability.ts';
import { filtersName, readExclusions, readMutableTags } from './exclusion-filters.ts';

/** What a `Custom::EcrSettings` asks for; undefined where its author left the safe default. */
export interface WantedSettings {
  readonly repositoryName: string;
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
  /** Whether a repository that is in effect not scanned is a failure. */
  readonly requireScanning: boolean;
  /** Whether nothing is to be changed, only what would be told. */
  readonly dryRun: boolean;
}

const names = [
  'RepositoryName',
  'ImageTagMutability',
  filtersName,
  'MutableTags',
  'ImageScanningConfiguration',
  'RequireScanning',
  'DryRun',
];
// CloudFormation's own, which arrive among the properties.
const reserved = ['ServiceToken', 'ServiceTimeout'];

// The schema of AWS::ECR::Repository.
const repositoryName =
  /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * Parses ResourceProperties, named and shaped as in AWS::ECR::Repository; every problem at once, each a clause.
 *
 * A clause never quotes a value that does not fit, unless it is nearly an allowed one: it may be a secret that was
 * put into the wrong place, and stack events and logs are not masked.
 */
export function parseProperties(
  properties: JsonObject,
): { readonly wanted: WantedSettings } | { readonly problems: readonly string[] } {
  const problems = Object.keys(properties)
    .filter((name) => !names.includes(name) && !reserved.includes(name))
    .map((name) => unknownName('property', name, names));

  const name = member(properties, 'RepositoryName');
  if (name === undefined) problems.push('RepositoryName is missing');
  else if (typeof name !== 'string')
    problems.push(`RepositoryName must be the name of an ECR repository, not ${kindOf(name)}`);
  else if (!repositoryName.test(name))
    problems.push(
      'RepositoryName must be the name of an ECR repository: 2 to 256 lower-case letters and digits, with single . _ - or / between them',
    );

  const tagMutability = parseTagMutability(properties, problems);
  const scanOnPush = parseScanning(member(properties, 'ImageScanningConfiguration'), problems);
  const requireScanning = parseBoolean('RequireScanning', member(properties, 'RequireScanning'), problems);
  const dryRun = parseBoolean('DryRun', member(properties, 'DryRun'), problems);
  return problems.length > 0 || typeof name !== 'string'
    ? { problems }
    : {
        wanted: {
          repositoryName: name,
          tagMutability,
          scanOnPush,
          requireScanning: requireScanning ?? false,
          dryRun: dryRun ?? false,
        },
      };
}

function parseTagMutability(properties: JsonObject, problems: string[]): TagMutability | undefined {
  const value = member(properties, 'ImageTagMutability');
  const filters = member(properties, filtersName);
  const hasFilters = filters !== undefined && !(isList(filters) && filters.length === 0);
  const tags = member(properties, 'MutableTags');
  const named = tags === undefined ? [] : readMutableTags(tags, problems);
  if (hasFilters && tags !== undefined)
    problems.push(`MutableTags and ${filtersName} say the same: give one of them`);
  const exclusions = hasFilters ? readExclusions(filters, problems) : named;
  const hasExclusions = hasFilters || named.length > 0;
  const key = hasFilters || tags === undefined ? filtersName : 'MutableTags';

  if (value === undefined)
    return hasExclusions ? { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions } : undefined;
  if (!isMutability(value)) {
    const isNear = typeof value === 'string' && nearest(value, mutabilities) !== undefined;
    problems.push(
      isNear
        ? `ImageTagMutability has the ${unknownName('value', value, mutabilities)}`
        : `ImageTagMutability must be one of ${mutabilities.join(', ')}, not ${kindOf(value)}`,
    );
    return undefined;
  }
  if (takesFilters(value) && !hasExclusions) problems.push(`ImageTagMutability ${value} needs ${key}`);
  if (!takesFilters(value) && hasExclusions)
    problems.push(`${key} does not go with ImageTagMutability ${value}: say ${value}_WITH_EXCLUSION`);
  return { mutability: value, exclusions };
}

function parseScanning(value: Json | undefined, problems: string[]): boolean | undefined {
  if (value === undefined) return undefined;
  const path = 'ImageScanningConfiguration';
  if (!isObject(value)) {
    problems.push(`${path} must be a map with ScanOnPush, not ${kindOf(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (key !== 'ScanOnPush') problems.push(`${path} has the ${unknownName('key', key, ['ScanOnPush'])}`);
  return parseBoolean(`${path}.ScanOnPush`, member(value, 'ScanOnPush'), problems);
}

/** Booleans arrive as text: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
function parseBoolean(name: string, value: Json | undefined, problems: string[]): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  problems.push(`${name} must be true or false, not ${kindOf(value)}`);
  return undefined;
}

/** What a value is, without the value. */
function kindOf(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return value === null ? 'null' : `another ${typeof value}`;
}
