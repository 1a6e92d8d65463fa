import { member } from '../../core/json.ts';
import { parseRepositoryPolicy } from '../../core/settings/repository-policy.ts';
import { addUndetermined, type ControlContext, refuse } from '../control-context.ts';
import { subText } from '../intrinsics.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import { type Leaf, leaves, templateReader } from '../template-reader.ts';
import { applyInside } from './apply-inside.ts';
import type { TemplateSetting } from './template-setting.ts';

export const repositoryPolicySetting: TemplateSetting = {
  types: hardenedTypes,
  harden(properties, type, context) {
    const name = type === repositoryType ? 'RepositoryPolicyText' : 'RepositoryPolicy';
    for (const leaf of leaves(member(properties, name), ['Properties', name], context.parameters))
      checkPolicy(leaf, context);
    return [];
  },
};

function checkPolicy({ raw, value, path }: Leaf, context: ControlContext): void {
  // Of an Fn::Sub that substitutes, the literal part may already show a public principal.
  const known = value ?? subText(raw, 'substituted');
  if (known !== undefined) {
    const parsed = parseRepositoryPolicy(known, templateReader(context.parameters));
    if ('value' in parsed) applyInside(context, { repositoryPolicy: parsed.value }, { path, raw });
    else if (value !== undefined) for (const issue of parsed.issues) refuse(context, issue, { path });
  }
  if (value === undefined) addUndetermined(context, path, raw);
}
