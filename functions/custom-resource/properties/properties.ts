import { isList, isObject, isOneOf, type Json, type JsonObject, member } from '../../../core/json.ts';
import { nearest, unknownName } from '../../../core/nearest.ts';
import {
  isMutability,
  mutabilities,
  type TagMutability,
  takesFilters,
} from '../../../core/settings/tag-mutability.ts';
import type { Desired, OnDelete } from '../../../reconcile/desired.ts';
import { readAccountSettings } from './account-settings.ts';
import { filtersName, readExclusions, readMutableTags } from './exclusion-filters.ts';
import { readLifecyclePolicy } from './lifecycle-policy.ts';
import { readSelection, selectionNames } from './selection.ts';
import { kindOf, readBoolean, readCount } from './values.ts';

const settingNames = [
  'ImageTagMutability',
  filtersName,
  'MutableTags',
  'ImageScanningConfiguration',
  'LifecyclePolicy',
] as const;

/** Every property that is taken, CloudFormation's own apart. */
export const propertyNames = [
  ...selectionNames,
  ...settingNames,
  'AccountSettings',
  'RequireScanning',
  'ProtectPulledWithinDays',
  'OnDelete',
  'DryRun',
] as const;
// CloudFormation's own, which arrive among the properties.
const reserved = ['ServiceToken', 'ServiceTimeout'];

/**
 * Parses ResourceProperties, named and shaped as in AWS::ECR::Repository; every problem at once, each a clause.
 *
 * A clause never quotes a value that does not fit, unless it is nearly an allowed one: it may be a secret that was
 * put into the wrong place, and stack events and logs are not masked.
 */
export function parseProperties(
  properties: JsonObject,
): { readonly desired: Desired } | { readonly problems: readonly string[] } {
  const problems = Object.keys(properties)
    .filter((name) => !isOneOf(propertyNames, name) && !reserved.includes(name))
    .map((name) => unknownName('property', name, propertyNames));
  const given = (name: string) => member(properties, name);

  const selection = readSelection(properties, problems);
  const desired: Desired = {
    selection,
    tagMutability: readTagMutability(properties, problems),
    scanOnPush: readScanning(given('ImageScanningConfiguration'), problems),
    lifecyclePolicy: readLifecyclePolicy(given('LifecyclePolicy'), problems),
    accountSettings: readAccountSettings(given('AccountSettings'), problems),
    requireScanning: readBoolean('RequireScanning', given('RequireScanning'), problems) ?? false,
    protectPulledWithinDays:
      readCount('ProtectPulledWithinDays', given('ProtectPulledWithinDays'), problems) ?? 90,
    onDelete: readOnDelete(given('OnDelete'), problems),
    dryRun: readBoolean('DryRun', given('DryRun'), problems) ?? false,
  };
  if (selection === undefined) {
    const vain = [...settingNames, 'RequireScanning'].filter((name) => given(name) !== undefined);
    if (given('AccountSettings') === undefined || vain.length > 0)
      problems.push(
        'RepositoryName, RepositoryNames or RepositoryTags is missing: one of them selects repositories',
      );
  }
  return problems.length > 0 ? { problems } : { desired };
}

function readTagMutability(properties: JsonObject, problems: string[]): TagMutability | undefined {
  const value = member(properties, 'ImageTagMutability');
  const filters = member(properties, filtersName);
  const hasFilters = filters !== undefined && !(isList(filters) && filters.length === 0);
  const tags = member(properties, 'MutableTags');
  const named = tags === undefined ? [] : readMutableTags(tags, problems);
  if (hasFilters && tags !== undefined)
    problems.push(`MutableTags and ${filtersName} say the same: give one of them`);
  // The exclusions of this one are the tags that stay immutable.
  if (value === 'MUTABLE_WITH_EXCLUSION' && tags !== undefined)
    problems.push(`MutableTags does not go with ImageTagMutability ${value}: give ${filtersName}`);
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

function readScanning(value: Json | undefined, problems: string[]): boolean | undefined {
  if (value === undefined) return undefined;
  const path = 'ImageScanningConfiguration';
  if (!isObject(value)) {
    problems.push(`${path} must be a map with ScanOnPush, not ${kindOf(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (key !== 'ScanOnPush') problems.push(`${path} has the ${unknownName('key', key, ['ScanOnPush'])}`);
  return readBoolean(`${path}.ScanOnPush`, member(value, 'ScanOnPush'), problems);
}

function readOnDelete(value: Json | undefined, problems: string[]): OnDelete {
  if (value === 'Retain' || value === 'Restore') return value;
  if (value !== undefined) problems.push(`OnDelete must be Retain or Restore, not ${kindOf(value)}`);
  return 'Retain';
}
