import { member } from '../../core/json.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

export const repositoryPolicySetting: TemplateSetting = {
  types: hardenedTypes,
  reads: ['RepositoryPolicyText', 'RepositoryPolicy'],
  harden(properties, type, context) {
    const name = type === repositoryType ? 'RepositoryPolicyText' : 'RepositoryPolicy';
    const raw = member(properties, name);
    if (raw !== undefined)
      context.rules.documents().checkRepositoryPolicy(raw, ['Properties', name], context);
    return [];
  },
};
