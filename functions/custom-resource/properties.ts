import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { nearest, unknownName } from '../../core/nearest.ts';
import { isMutability, mutabilities, type TagMutability, takesFilters } from '../../core/tag-mutability.ts';
import { filtersName, readExclusions } from './exclusion-filters.ts';

/** What a `Custom::EcrSettings` asks for; undefined where its author left the safe default. */
export interface WantedSettings {
  readonly repositoryName: string;
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
}

const names = ['RepositoryName', 'ImageTagMutability', filtersName, 'ImageScanningConfiguration'];
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
  return problems.length > 0 || typeof name !== 'string'
    ? { problems }
    : { wanted: { repositoryName: name, tagMutability, scanOnPush } };
}

function parseTagMutability(properties: JsonObject, problems: string[]): TagMutability | undefined {
  const value = member(properties, 'ImageTagMutability');
  const filters = member(properties, filtersName);
  const hasFilters = filters !== undefined && !(isList(filters) && filters.length === 0);
  const exclusions = hasFilters ? readExclusions(filters, problems) : [];

  if (value === undefined)
    return hasFilters ? { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions } : undefined;
  if (!isMutability(value)) {
    const isNear = typeof value === 'string' && nearest(value, mutabilities) !== undefined;
    problems.push(
      isNear
        ? `ImageTagMutability has the ${unknownName('value', value, mutabilities)}`
        : `ImageTagMutability must be one of ${mutabilities.join(', ')}, not ${kindOf(value)}`,
    );
    return undefined;
  }
  if (takesFilters(value) && !hasFilters) problems.push(`ImageTagMutability ${value} needs ${filtersName}`);
  if (!takesFilters(value) && hasFilters)
    problems.push(`${filtersName} does not go with ImageTagMutability ${value}: say ${value}_WITH_EXCLUSION`);
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
  const scan = member(value, 'ScanOnPush');
  if (scan === undefined) return undefined;
  // Booleans arrive as text: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
  if (scan === true || scan === 'true') return true;
  if (scan === false || scan === 'false') return false;
  problems.push(`${path}.ScanOnPush must be true or false, not ${kindOf(scan)}`);
  return undefined;
}

/** What a value is, without the value. */
function kindOf(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return value === null ? 'null' : `another ${typeof value}`;
}
