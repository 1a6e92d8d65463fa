import type { Json } from '../../core/json.ts';
import { toEncryptionConfiguration } from '../../core/settings/encryption.ts';
import type { Settings } from '../../core/settings/settings.ts';
import { hardenProperty } from '../apply-default.ts';
import { applyControl } from '../apply-issues.ts';
import { creationTemplateType, hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

export const encryptionSetting: TemplateSetting = {
  types: hardenedTypes,
  reads: ['EncryptionConfiguration', 'CustomRoleArn'],
  harden: (properties, type, asked) =>
    hardenProperty(properties, 'EncryptionConfiguration', asked, (context) => ({
      absent(path) {
        if (
          type === creationTemplateType &&
          context.rules.creationTemplates().mayLackRole(properties, context.scope)
        ) {
          context.addFinding({ code: 'custom-role-not-set', path, outcome: 'noted' });
          return undefined;
        }
        const after = applyControl(context, { encryption: undefined }, { path, raw: undefined, write });
        // Create-only for a repository: even a first EncryptionConfiguration means replacement (its schema).
        if (after !== undefined && type === repositoryType)
          context.addFinding({ code: 'replaces-repository', path, outcome: 'noted' });
        return after;
      },
      literal(value, path, raw) {
        const encryption = context.rules.documents().readEncryption(value, context.scope);
        return applyControl(context, { encryption }, { path, raw, write });
      },
    })),
};

function write({ encryption }: Partial<Settings>): Json | undefined {
  return encryption === undefined ? undefined : toEncryptionConfiguration(encryption);
}
