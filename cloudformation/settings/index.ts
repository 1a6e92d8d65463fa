import type { SettingName } from '../../core/settings/settings.ts';
import { encryptionSetting } from './encryption.ts';
import { lifecyclePolicySetting } from './lifecycle-policy.ts';
import { repositoryPolicySetting } from './repository-policy.ts';
import { retentionSetting } from './retention.ts';
import { scanOnPushSetting } from './scan-on-push.ts';
import { tagMutabilitySetting } from './tag-mutability.ts';
import { tagsSetting } from './tags.ts';
import type { TemplateSetting } from './template-setting.ts';

/** Where a template has each setting. */
export const templateSettings: { readonly [Name in SettingName]: TemplateSetting } = {
  tagMutability: tagMutabilitySetting,
  scanOnPush: scanOnPushSetting,
  lifecyclePolicy: lifecyclePolicySetting,
  repositoryPolicy: repositoryPolicySetting,
  retention: retentionSetting,
  encryption: encryptionSetting,
  tags: tagsSetting,
};
