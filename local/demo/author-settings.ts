import { isNoValue } from '../../cloudformation/intrinsics.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { section, someValue } from './tree.ts';

/** Why the macro does not set a setting; undefined if it does. */
export type Origin = 'as written' | 'exempt' | undefined;

export interface AuthorSettings {
  readonly tags: Origin;
  readonly scanOnPush: Origin;
  readonly lifecycle: Origin;
}

/**
 * Which settings of a repository come from its template: a property, which is kept, or an exemption in its Metadata. A value
 * that may be AWS::NoValue does not count as set.
 *
 * @param today a date such as 2026-11-24; exemptions that ended before it do not count
 */
export function authorSettingsOf(
  document: JsonObject,
  logicalId: string | undefined,
  today = new Date().toISOString().slice(0, 10),
): AuthorSettings {
  const resource = section(section(document, 'Resources'), logicalId ?? '');
  const properties = section(resource, 'Properties');
  const own = section(section(resource, 'Metadata'), 'EcrHardening');
  const until = member(own, 'Until');
  const exempt = typeof until === 'string' && until < today ? undefined : member(own, 'Exempt');
  const originOf = (value: Json | undefined, control: string): Origin => {
    if (isList(exempt) && exempt.includes(control)) return 'exempt';
    return value === undefined || someValue(value, isNoValue) ? undefined : 'as written';
  };
  return {
    tags: originOf(member(properties, 'ImageTagMutability'), 'TagImmutability'),
    scanOnPush: originOf(within(properties, 'ImageScanningConfiguration', 'ScanOnPush'), 'ScanOnPush'),
    lifecycle: originOf(within(properties, 'LifecyclePolicy', 'LifecyclePolicyText'), 'LifecyclePolicy'),
  };
}

/** The member of a property; if the property is an intrinsic, the property itself. */
function within(properties: JsonObject, property: string, key: string): Json | undefined {
  const value = member(properties, property);
  return isObject(value) && Object.keys(value).some((name) => name === 'Ref' || name.startsWith('Fn::'))
    ? value
    : member(section(properties, property), key);
}
