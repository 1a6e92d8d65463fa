/** Notes about tags that resources of a template use, and that its repositories will no longer let be overwritten. Pure. */
import { type ImageUse, imageUses } from '../cloudformation/image-uses.ts';
import { parameterValues } from '../cloudformation/parameter-values.ts';
import type { Finding } from '../core/finding.ts';
import { asObject, isList, type JsonObject, member } from '../core/json.ts';
import { filtersProperty, filterValueKey, mutabilityProperty } from '../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../core/wildcard.ts';
import { locate, type TemplateDocument } from '../template-text/document.ts';

/** A use of a tag that cannot move any more, with the lines of both. */
export interface UsedTag extends ImageUse {
  readonly line: number;
  readonly column: number;
  readonly repositoryLine: number;
}

/**
 * The tags that are used of repositories which the macro makes immutable. Of one whose author did so only `latest`, since a
 * tag of its own for each image is what such a repository is for.
 *
 * @param hardened the template as the macro makes it
 * @param findings those of making it
 */
export function usedTags(
  template: TemplateDocument,
  hardened: JsonObject,
  findings: readonly Finding[],
  parameters: Readonly<Record<string, string>>,
): readonly UsedTag[] {
  const made = new Set(
    findings.flatMap(({ control, outcome, logicalId }) =>
      control === 'TagImmutability' && (outcome === 'set' || outcome === 'replaced') ? [logicalId] : [],
    ),
  );
  const resources = asObject(member(hardened, 'Resources'));
  const uses = imageUses(template.value, parameterValues(template.value, parameters));
  return uses
    .filter(
      ({ repository, tag }) =>
        (made.has(repository) || tag === 'latest') && isFixed(asObject(member(resources, repository)), tag),
    )
    .map((use) => ({
      ...use,
      ...locate(template, ['Resources', use.logicalId, ...use.path]),
      repositoryLine: locate(template, ['Resources', use.repository, 'Properties', mutabilityProperty]).line,
    }));
}

/** Whether a repository is certain not to let a tag be overwritten. */
function isFixed(repository: JsonObject, tag: string): boolean {
  const properties = asObject(repository.Properties);
  const mutability = member(properties, mutabilityProperty);
  if (mutability === 'IMMUTABLE') return true;
  const filters = member(properties, filtersProperty);
  if (mutability !== 'IMMUTABLE_WITH_EXCLUSION' || !isList(filters)) return false;
  return filters.every((filter) => {
    const pattern = asObject(filter)[filterValueKey];
    return typeof pattern === 'string' && !matchesWildcard(pattern, tag);
  });
}
