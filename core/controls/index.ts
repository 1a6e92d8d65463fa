import type { IssueCode } from '../issue.ts';
import type { Policy } from '../policy/policy.ts';
import type { KnownSettings, SettingName, Settings } from '../settings/settings.ts';
import type { ControlIssue, ControlMetadata } from './control.ts';
import { encryption, encryptionMetadata } from './encryption.ts';
import { lifecyclePolicy, lifecyclePolicyMetadata } from './lifecycle-policy.ts';
import { publicAccess, publicAccessMetadata } from './public-access.ts';
import { retain, retainMetadata } from './retain.ts';
import { scanOnPush, scanOnPushMetadata } from './scan-on-push.ts';
import { tagImmutability, tagImmutabilityMetadata } from './tag-immutability.ts';

/** Every control, in the order in which they are applied and reported. */
export const controls = [
  tagImmutability,
  scanOnPush,
  lifecyclePolicy,
  publicAccess,
  retain,
  encryption,
] as const;

/** A control by the name that exemptions and reports use. */
export type ControlName = (typeof controls)[number]['name'];

/** What controls find, by code, beside what is wrong with a value's shape. */
export type ControlCode = Exclude<ReturnType<(typeof controls)[number]['check']>[number]['code'], IssueCode>;

export const controlNames: readonly ControlName[] = controls.map(({ name }) => name);

/** The metadata of every control; apart from the list, so that no function's bundle carries it. */
export const controlMetadata: { readonly [Name in ControlName]: ControlMetadata } = {
  TagImmutability: tagImmutabilityMetadata,
  ScanOnPush: scanOnPushMetadata,
  LifecyclePolicy: lifecyclePolicyMetadata,
  PublicAccess: publicAccessMetadata,
  Retain: retainMetadata,
  Encryption: encryptionMetadata,
};

/** One thing that a control finds, with the control. */
export interface CheckedIssue extends ControlIssue<ControlCode> {
  readonly control: ControlName;
  readonly isUrgent: boolean;
}

/** Everything that the controls find in what is known of a repository, whether the policy asks for them or not. */
export function checkSettings(settings: KnownSettings, policy: Policy): readonly CheckedIssue[] {
  return controls.flatMap(({ name, setting, check, isUrgent = false }) =>
    Object.hasOwn(settings, setting)
      ? check(settings, policy).map((issue): CheckedIssue => ({ ...issue, control: name, isUrgent }))
      : [],
  );
}

/** The settings that a control finds unsafe, of those that are set: what an organisation's Enforcement answers. */
export function unsafeSettings(settings: KnownSettings, policy: Policy): readonly SettingName[] {
  return controls
    .filter(
      ({ setting, check }) =>
        Object.hasOwn(settings, setting) &&
        check(settings, policy).some(({ verdict }) => verdict === 'unsafe'),
    )
    .map(({ setting }) => setting);
}

/** What the controls that a policy asks for set where nothing safe is set. */
export function safeDefaults(policy: Policy): Partial<Settings> {
  return Object.assign(
    {},
    ...controls.filter(({ isOn }) => isOn(policy)).map((each) => each.safeDefault(policy)),
  );
}
