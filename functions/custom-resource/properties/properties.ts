import { isList, isOneOf, type Json, type JsonObject, member } from '../../../core/json.ts';
import type { LifecycleParameters } from '../../../core/lifecycle/build.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { parseScanningConfiguration } from '../../../core/settings/scan-on-push.ts';
import {
  filtersProperty,
  parseTagMutability,
  type TagMutability,
} from '../../../core/settings/tag-mutability.ts';
import { type Desired, onDeletes, whenSaferModes } from '../../../reconcile/desired.ts';
import { type PropertyIssue, propertyProblem } from '../../../wording/properties.ts';
import { readAccountSettings } from './account-settings.ts';
import { readExclusions, readMutableTags } from './exclusion-filters.ts';
import { lifecycleNames, readLifecycle } from './lifecycle-parameters.ts';
import { readSelection, selectionNames } from './selection.ts';
import { type AddIssue, readBoolean, readCount, readOneOf } from './values.ts';

const settingNames = [
  'ImageTagMutability',
  filtersProperty,
  'MutableTags',
  'ImageScanningConfiguration',
  'LifecyclePolicy',
  ...lifecycleNames,
] as const;

/** Every property, without CloudFormation's own. */
export const propertyNames = [
  ...selectionNames,
  ...settingNames,
  'AccountSettings',
  'RequireScanning',
  'ProtectPulledWithinDays',
  'WhenSafer',
  'OnDelete',
  'DryRun',
] as const;
// CloudFormation's own, which arrive among the properties.
const reserved = ['ServiceToken', 'ServiceTimeout'];

/**
 * Parses ResourceProperties, named and shaped as in AWS::ECR::Repository; every problem at once, each a clause.
 *
 * @param policy the organisation's parameters, for what the properties do not set of a lifecycle policy
 */
export function parseProperties(
  properties: JsonObject,
  policy: LifecycleParameters = builtInPolicy,
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
    ...readLifecycle(properties, policy, add),
    accountSettings: readAccountSettings(given('AccountSettings'), add),
    requireScanning: readBoolean('RequireScanning', given('RequireScanning'), add) ?? false,
    protectPulledWithinDays:
      readCount('ProtectPulledWithinDays', given('ProtectPulledWithinDays'), add) ?? 90,
    whenSafer: readOneOf('WhenSafer', whenSaferModes, given('WhenSafer'), add) ?? 'Refuse',
    onDelete: readOneOf('OnDelete', onDeletes, given('OnDelete'), add) ?? 'Retain',
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
  const onDelete = readOneOf('OnDelete', onDeletes, member(properties, 'OnDelete'), add) ?? 'Retain';
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
