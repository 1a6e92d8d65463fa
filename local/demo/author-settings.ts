import { isNoValue } from '../../core/intrinsics.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { section, someValue } from './tree.ts';

/** Why a setting is its author's and not the macro's; undefined where it is the macro's. */
export type Origin = 'as written' | 'exempt' | undefined;

export interface AuthorSettings {
  readonly tags: Origin;
  readonly scanOnPush: Origin;
  readonly lifecycle: Origin;
}

/**
 * What a template says itself of a repository's settings: by a property, which stays as it is, or by an
 * exemption in its Metadata. A value that may turn out to be AWS::NoValue may say nothing.
 * @param today a date such as 2026-11-24, by which an exemption may have ended
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
  const say = (value: Json | undefined, control: string): Origin => {
    if (isList(exempt) && exempt.includes(control)) return 'exempt';
    return value === undefined || someValue(value, isNoValue) ? undefined : 'as written';
  };
  return {
    tags: say(member(properties, 'ImageTagMutability'), 'TagImmutability'),
    scanOnPush: say(within(properties, 'ImageScanningConfiguration', 'ScanOnPush'), 'ScanOnPush'),
    lifecycle: say(within(properties, 'LifecyclePolicy', 'LifecyclePolicyText'), 'LifecyclePolicy'),
  };
}

/** The member of a property; the property itself where it is an intrinsic, since that stands for its members. */
function within(properties: JsonObject, property: string, key: string): Json | undefined {
  const value = member(properties, property);
  return isObject(value) && Object.keys(value).some((name) => name === 'Ref' || name.startsWith('Fn::'))
    ? value
    : member(section(properties, property), key);
}
