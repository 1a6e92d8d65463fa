import { type DocumentRules, documentRules } from '../documents.ts';
import type { IssueCode } from '../issue.ts';
import type { Policy } from '../policy/policy.ts';
import type { KnownSettings, SettingName, Settings } from '../settings/settings.ts';
import type { ControlMetadata } from './control.ts';
import type { ControlIssue } from './control-issue.ts';
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

/** The codes of the controls, without those of a value's shape. */
export type ControlCode = Exclude<ReturnType<(typeof controls)[number]['check']>[number]['code'], IssueCode>;

export const controlNames: readonly ControlName[] = controls.map(({ name }) => name);

/** The metadata of every control; outside of the list, so that no function's bundle contains it. */
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

/** Every issue that the controls find in the known settings, including controls that the policy does not turn on. */
export function checkSettings(settings: KnownSettings, policy: Policy): readonly CheckedIssue[] {
  return controls.flatMap(({ name, setting, check, isUrgent = false }) =>
    Object.hasOwn(settings, setting)
      ? check(settings, policy, () => documentRules).map(
          (issue): CheckedIssue => ({ ...issue, control: name, isUrgent }),
        )
      : [],
  );
}

// So that the bundle of the custom resource, which judges no documents, has nothing that reads them.
const noDocuments: DocumentRules = () => {
  throw new Error('a setting that is no document is checked without what reads documents');
};

/** The settings that are set and unsafe, of those that are no documents: Enforcement decides how to handle them. */
export function unsafeSettings(
  settings: Pick<KnownSettings, 'tagMutability' | 'scanOnPush'>,
  policy: Policy,
): readonly SettingName[] {
  return controls
    .filter(
      ({ setting, check }) =>
        Object.hasOwn(settings, setting) &&
        check(settings, policy, noDocuments).some(({ verdict }) => verdict === 'unsafe'),
    )
    .map(({ setting }) => setting);
}

/** The defaults of the controls that a policy turns on. */
export function safeDefaults(policy: Policy): Partial<Settings> {
  return Object.assign(
    {},
    ...controls.filter(({ isOn }) => isOn(policy)).map((each) => each.safeDefault(policy)),
  );
}
