import { type JsonObject, member } from '../../core/json.ts';
import { isUnknown } from '../../core/known.ts';
import { filtersProperty, mutabilityProperty } from '../../core/settings/tag-mutability.ts';
import { addMayGainProperties, propertyPath } from '../apply-default.ts';
import { addUndetermined } from '../apply-issues.ts';
import type { ControlContext, MutabilityPair, MutabilityPaths } from '../control-context.ts';
import { read } from '../reading.ts';
import { creationTemplateType, hardenedTypes } from '../resource-types.ts';
import { hardenPair } from './mutability-pair.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `ImageTagMutability` and `ImageTagMutabilityExclusionFilters`, of which ECR takes both together or refuses both. */
export const tagMutabilitySetting: TemplateSetting = {
  types: hardenedTypes,
  reads: [mutabilityProperty, filtersProperty, 'AppliedFor'],
  harden(properties, type, asked) {
    const { creationTemplates } = asked.rules;
    const purpose =
      type === creationTemplateType
        ? creationTemplates().readFollowingPurpose(properties, asked.scope)
        : undefined;
    if (isUnknown(purpose)) {
      addUnknownPurpose(properties, String(purpose.unknown), asked);
      return [];
    }
    const before: MutabilityPair = {
      mutability: member(properties, mutabilityProperty),
      filters: member(properties, filtersProperty),
    };
    const judging =
      purpose === undefined
        ? asked
        : { ...asked, control: creationTemplates().whereTagsMustMove(asked.control, purpose) };
    if (before.mutability === undefined && judging.mayGainProperties !== undefined) {
      addMayGainProperties(judging, topPaths.mutability);
      return [];
    }
    const after = hardenBoth(before, topPaths, judging);
    return [
      [mutabilityProperty, after.mutability],
      [filtersProperty, after.filters],
    ];
  },
};

const topPaths: MutabilityPaths = {
  mutability: propertyPath(mutabilityProperty),
  filters: propertyPath(filtersProperty),
};

function addUnknownPurpose(properties: JsonObject, purpose: string, context: ControlContext): void {
  // Tags that cannot be overwritten are safe whatever the purpose is.
  const canBeUnsafe = member(properties, mutabilityProperty) !== 'IMMUTABLE';
  const asked = { ...context, control: { ...context.control, canBeUnsafe } };
  addUndetermined(asked, ['Properties', 'AppliedFor'], properties.AppliedFor ?? null, purpose);
}

/** Nearly every template has a mutability without filters and conditions, and may have hundreds of them. */
function hardenBoth(pair: MutabilityPair, paths: MutabilityPaths, context: ControlContext): MutabilityPair {
  if (pair.filters === undefined) {
    const mutability = read(pair.mutability, context.scope);
    if (mutability.kind !== 'choice')
      return hardenPair(pair, { mutability, exclusions: undefined }, paths, context);
  }
  return context.rules.filters().hardenPairs(pair, paths, context);
}
