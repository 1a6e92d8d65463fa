/** The exemption of a resource's Metadata as the tag of its repository, which hooks and audits of a registry read. */
import type { Finding } from '../core/finding.ts';
import { isList, type Json } from '../core/json.ts';
import {
  exemptionTagKey,
  exemptionTagValue,
  type WrittenExemption,
} from '../core/policy/exemption-tag-value.ts';
import { parseTags } from '../core/settings/tags.ts';
import { creationTemplateRules } from './creation-template.ts';
import { generatesResources } from './intrinsics.ts';
import type { PropertyMap } from './resource-properties.ts';
import { type HardenedType, repositoryType } from './resource-types.ts';
import { templateReader } from './template-reader.ts';

// Of a repository (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html).
const maxTags = 50;

/**
 * Adds the tag, unless there is one, or Tags cannot be added to: where a function makes them, or there are 50 already. A creation
 * template without a role could not create a repository with tags.
 */
export function addExemptionTag(
  { properties, path, scope, changes }: PropertyMap,
  type: HardenedType,
  exemption: WrittenExemption,
  add: (finding: Finding) => void,
): void {
  const name = type === repositoryType ? 'Tags' : 'ResourceTags';
  const { [name]: raw = [] } = properties;
  if (
    !isList(raw) ||
    raw.length >= maxTags ||
    Object.keys(properties).some(generatesResources) ||
    (type !== repositoryType && creationTemplateRules.mayLackRole(properties, scope)) ||
    parseTags(raw, templateReader(scope)).byKey.has(exemptionTagKey)
  )
    return;
  const tag = exemptionTagValue(exemption);
  if (tag === undefined) return;
  const after: Json = { Key: exemptionTagKey, Value: tag.value };
  changes.push([name, [...raw, after]]);
  add({ control: 'Parameters', code: 'exemption-tagged', path: [...path, name], outcome: 'set', after });
}
