import { type RetentionAttribute, retentionAttributes } from '../../core/settings/retention.ts';
import { applyIssue, checkControl } from '../apply-issues.ts';
import type { SettingPlace } from '../control-context.ts';
import { repositoryType } from '../resource-types.ts';
import type { Change, TemplateSetting } from './template-setting.ts';

/** `DeletionPolicy` and `UpdateReplacePolicy`, beside a resource's Type. */
export const retentionSetting: TemplateSetting = {
  types: [repositoryType],
  isOfAttributes: true,
  harden(resource, _type, context) {
    const set = retentionAttributes.filter((name) => resource[name] !== undefined);
    const retention = Object.fromEntries(set.map((name) => [name, 'set']));
    return checkControl(context, { retention }).flatMap((issue): readonly Change[] => {
      const name = retentionAttributes.find((each) => each === issue.path[0]);
      if (name === undefined) return [];
      const place = { path: [name], raw: resource[name], write: writers[name] };
      return [[name, applyIssue(context, issue, place) ?? place.raw]];
    });
  },
};

const writers: { readonly [Name in RetentionAttribute]: SettingPlace['write'] } = {
  DeletionPolicy: ({ retention }) => retention?.DeletionPolicy,
  UpdateReplacePolicy: ({ retention }) => retention?.UpdateReplacePolicy,
};
