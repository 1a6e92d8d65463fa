import { member } from '../../core/json.ts';
import { parseTags } from '../../core/settings/tags.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import { templateReader } from '../template-reader.ts';
import { applyInside } from './apply-inside.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `Tags`, or those that a creation template gives to its repositories. */
export const tagsSetting: TemplateSetting = {
  types: hardenedTypes,
  reads: ['Tags', 'ResourceTags'],
  harden(properties, type, context) {
    const name = type === repositoryType ? 'Tags' : 'ResourceTags';
    const raw = member(properties, name);
    const tags = raw === undefined ? undefined : parseTags(raw, templateReader(context.scope));
    applyInside(context, { tags }, { path: ['Properties', name], raw: raw ?? null });
    return [];
  },
};
