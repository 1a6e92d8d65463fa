import { member } from '../../core/json.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `Tags`, or those that a creation template gives to its repositories. */
export const tagsSetting: TemplateSetting = {
  types: hardenedTypes,
  reads: ['Tags', 'ResourceTags'],
  harden(properties, type, context) {
    const name = type === repositoryType ? 'Tags' : 'ResourceTags';
    context.rules.documents().checkTags(member(properties, name), ['Properties', name], context);
    return [];
  },
};
