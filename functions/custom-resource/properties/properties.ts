import { isList, isOneOf, type Json, type JsonObject, member } from '../../../core/json.ts';
import { parseScanningConfiguration } from '../../../core/settings/scan-on-push.ts';
import {
  filtersProperty,
  parseTagMutability,
  type TagMutability,
} from '../../../core/settings/tag-mutability.ts';
import type { Desired, OnDelete } from '../../../reconcile/desired.ts';
import { type PropertyIssue, propertyProblem } from '../../../wording/properties.ts';
import { readAccountSettings } from './account-settings.ts';
import { readExclusions, readMutableTags } from './exclusion-filters.ts';
import { readLifecyclePolicy } from './lifecycle-policy.ts';
import { readSelection, selectionNames } from './selection.ts';
import { type AddIssue, readBoolean, readCount } from './values.ts';

const onDeletes: readonly OnDelete[] = ['Retain', 'Restore'];

const settingNames = [
  'ImageTagMutability',
  filtersProperty,
  'MutableTags',
  'ImageScanningConfiguration',
  'LifecyclePolicy',
] as const;

/** Every property, without CloudFormation's own. */
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

/** Parses ResourceProperties, named and shaped as in AWS::ECR::Repository; every problem at once, each a clause. */
export function parseProperties(
  properties: JsonObject,
): { readonly desired: Desired } | { readonly problems: readonly string[] } {
  const issues: PropertyIssue[] = Object.keys(properties)
    .filter((name) => !isOneOf(propertyNames, name) && !reserved.includes(name))
    .map((name) => ({ code: 'unknown-property', path: [], expected: propertyNames, actual: name }));
  const add: AddIssue = (issue) => issues.push(issue);
  const given = (name: string) => member(properties, name);

  const selection = readSelection(properties, add);
  const desired: Desired = {
    selection,
    tagMutability: readTagMutability(properties, add),
    scanOnPush: readScanning(given('ImageScanningConfiguration'), add),
    lifecyclePolicy: readLifecyclePolicy(given('LifecyclePolicy'), add),
    accountSettings: readAccountSettings(given('AccountSettings'), add),
    requireScanning: readBoolean('RequireScanning', given('RequireScanning'), add) ?? false,
    protectPulledWithinDays:
      readCount('ProtectPulledWithinDays', given('ProtectPulledWithinDays'), add) ?? 90,
    onDelete: readOnDelete(given('OnDelete'), add),
    dryRun: readBoolean('DryRun', given('DryRun'), add) ?? false,
  };
  if (selection === undefined) {
    const unused = [...settingNames, 'RequireScanning'].filter((name) => given(name) !== undefined);
    if (given('AccountSettings') === undefined || unused.length > 0) add({ code: 'no-selection', path: [] });
  }
  return issues.length > 0 ? { problems: issues.map(propertyProblem) } : { desired };
}

/** What a Delete needs of the properties; `isRefused`: they do not say what becomes of the repositories. */
export interface DeleteProperties extends Pick<Desired, 'onDelete' | 'protectPulledWithinDays'> {
  readonly isRefused: boolean;
}

/**
 * Parses what a Delete needs, and no more: this version may refuse other properties that an earlier one has accepted, which
 * must not change what becomes of the repositories.
 */
export function parseForDelete(properties: JsonObject): DeleteProperties {
  const issues: PropertyIssue[] = [];
  const add: AddIssue = (issue) => issues.push(issue);
  const days = 'ProtectPulledWithinDays';
  const onDelete = readOnDelete(member(properties, 'OnDelete'), add);
  const protectPulledWithinDays = readCount(days, member(properties, days), add) ?? 90;
  return { onDelete, protectPulledWithinDays, isRefused: issues.some(({ path }) => path[0] === 'OnDelete') };
}

function readTagMutability(properties: JsonObject, add: AddIssue): TagMutability | undefined {
  const value = member(properties, 'ImageTagMutability');
  const filters = member(properties, filtersProperty);
  const hasFilters = filters !== undefined && !(isList(filters) && filters.length === 0);
  const tags = member(properties, 'MutableTags');
  const related = [filtersProperty];
  if (hasFilters && tags !== undefined) add({ code: 'tags-and-filters', path: [], related });
  // The exclusions of this one are the tags that stay immutable.
  if (value === 'MUTABLE_WITH_EXCLUSION' && tags !== undefined)
    add({ code: 'tags-with-mutable', path: [], actual: value, related });
  const named = tags === undefined ? [] : readMutableTags(tags, add);
  const exclusions = hasFilters ? readExclusions(filters, add) : named.length > 0 ? named : undefined;

  const parsed = parseTagMutability(value, exclusions);
  if ('value' in parsed) return parsed.value;
  const isOfTags = !hasFilters && tags !== undefined;
  for (const issue of parsed.issues) add(isOfTags ? { ...issue, related: ['MutableTags'] } : issue);
  return undefined;
}

function readScanning(value: Json | undefined, add: AddIssue): boolean | undefined {
  if (value === undefined) return undefined;
  const parsed = parseScanningConfiguration(value);
  if ('value' in parsed) return parsed.value;
  for (const issue of parsed.issues) add({ ...issue, path: ['ImageScanningConfiguration', ...issue.path] });
  return undefined;
}

function readOnDelete(value: Json | undefined, add: AddIssue): OnDelete {
  if (isOneOf(onDeletes, value)) return value;
  if (value !== undefined)
    add({ code: 'not-one-of', path: ['OnDelete'], expected: onDeletes, actual: value });
  return 'Retain';
}
