/** Hardens one resource of an app, through its L1 construct. */
import { Annotations, CfnDeletionPolicy, CfnResource, Lazy, TagManager, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { intrinsicName } from '../cloudformation/intrinsics.ts';
import { hardenedTypes } from '../cloudformation/resource-types.ts';
import {
  asObject,
  entriesOf,
  isEqual,
  isList,
  isObject,
  isOneOf,
  type Json,
  type JsonObject,
} from '../core/json.ts';
import { harden, type TemplateFinding, type TemplateOptions } from '../index.ts';
import { render } from './render.ts';

/** Whether a construct is the L1 of a repository, or of a repository creation template. */
export function isRepository(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && isOneOf(hardenedTypes, construct.cfnResourceType);
}

/**
 * Sets what the author left open to safe values. What the author set and is unsafe becomes a warning of the CDK, or what
 * `Enforcement` says; what would be refused, an error, and then nothing is set.
 */
export function hardenConstruct(construct: CfnResource, options: TemplateOptions): void {
  const rendered = render(construct);
  if (rendered === undefined) return;
  const { logicalId, resource, template } = rendered;
  const hardened = harden(template, options);
  for (const finding of hardened.findings) annotate(construct, finding);
  if ('refusal' in hardened) return;
  const after = asObject(asObject(hardened.fragment.Resources)[logicalId]);
  writeProperties(construct, asObject(resource.Properties), asObject(after.Properties));
  writeAttributes(construct, resource, after);
}

/** Whether hardening would still set something. */
export function isOpen(construct: CfnResource, options: TemplateOptions): boolean {
  const rendered = render(construct);
  if (rendered === undefined) return false;
  const hardened = harden(rendered.template, options);
  return 'refusal' in hardened || !isEqual(hardened.fragment, rendered.template);
}

/** A finding that somebody has to look at, as a message of the CDK at the construct. */
function annotate(construct: CfnResource, { level, outcome, code, path, message }: TemplateFinding): void {
  const text = `${path.join('.')}: ${message}`;
  if (level === 'error') Annotations.of(construct).addError(`${text} (ecr-hardening:${code})`);
  if (level === 'warning' && outcome === 'kept')
    Annotations.of(construct).addWarningV2(`ecr-hardening:${code}`, text);
}

function writeProperties(construct: CfnResource, before: JsonObject, after: JsonObject): void {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => !isEqual(before[name], after[name]));
  for (const name of changed) writeAttribute(construct, name, before[name], after[name]);
  // An override of the author's hides the attribute, and a generic CfnResource has none.
  const written = changed.length === 0 ? after : asObject(render(construct)?.resource.Properties);
  for (const name of changed.filter((each) => !isEqual(written[each], after[each])))
    if (after[name] === undefined) construct.addPropertyDeletionOverride(name);
    else construct.addPropertyOverride(name, after[name]);
}

/** Sets the attribute of the L1, so that whoever reads it next, such as another aspect, sees the value. */
function writeAttribute(
  construct: CfnResource,
  name: string,
  before: Json | undefined,
  after: Json | undefined,
): void {
  if (name === 'Tags' && TagManager.isTaggable(construct)) {
    addTags(construct.tags, after);
    return;
  }
  const attribute = decapitalized(name);
  if (!(attribute in construct)) return;
  const own: unknown = Reflect.get(construct, attribute);
  const value = after === undefined ? undefined : asAttribute(after);
  // Such as the lifecycle rules of an L2, which its author may still add: they then count.
  const isOpen = before === undefined && Token.isUnresolved(own);
  Reflect.set(
    construct,
    attribute,
    isOpen ? Lazy.uncachedAny({ produce: (context) => context.resolve(own) ?? value }) : value,
  );
}

/** Adds the tags that hardening has added; those of the author, and of aspects that come later, stay. */
function addTags(tags: TagManager, after: Json | undefined): void {
  for (const { Key: key, Value: value } of entriesOf(after).map(asObject))
    if (typeof key === 'string' && typeof value === 'string' && !(key in tags.tagValues()))
      tags.setTag(key, value);
}

/** A property's value as L1 attributes have it: keys in camel case, except inside intrinsics. */
function asAttribute(value: Json): unknown {
  if (isList(value)) return value.map(asAttribute);
  if (!isObject(value) || intrinsicName(value) !== undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [decapitalized(key), asAttribute(each)]),
  );
}

function decapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What is beside the properties. */
function writeAttributes(construct: CfnResource, before: JsonObject, after: JsonObject): void {
  const { cfnOptions } = construct;
  if (!isEqual(before.DeletionPolicy, after.DeletionPolicy))
    cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
  if (!isEqual(before.UpdateReplacePolicy, after.UpdateReplacePolicy))
    cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  if (!isEqual(before.Metadata, after.Metadata))
    for (const [key, value] of Object.entries(asObject(after.Metadata))) construct.addMetadata(key, value);
}
