/**
 * The mark of a template that was expanded: `Metadata: {EcrHardening: {Expanded: true}}`.
 *
 * `expand` hardens a template that does not name the macro as a whole. One that was expanded no longer names it, either, and
 * the Parameters of its Transform are gone. So without the mark a second `expand` would harden what the author had left out:
 * resources beside snippets, and settings that the Parameters had turned off.
 */
import { metadataKey } from '../cloudformation/resource-rules.ts';
import type { Finding } from '../core/finding.ts';
import { isObject, isOneOf, type JsonObject, member, withMember } from '../core/json.ts';
import { namesAt } from '../core/policy/policy.ts';

const section = 'Metadata';
const key = 'Expanded';

/** Whether a template has the mark. */
export function isMarked(template: JsonObject): boolean {
  const own = ownMetadata(template);
  return own !== undefined && member(own, key) === true;
}

/** The template with the mark; the very same one if its Metadata is no map. */
export function withMark(template: JsonObject): JsonObject {
  const metadata = member(template, section) ?? {};
  const own = isObject(metadata) ? (member(metadata, metadataKey) ?? {}) : undefined;
  if (!isObject(metadata) || !isObject(own)) return template;
  return withMember(template, section, withMember(metadata, metadataKey, withMember(own, key, true)));
}

/** The template without the mark, and without what held nothing else. */
export function withoutMark(template: JsonObject): JsonObject {
  const metadata = member(template, section);
  const own = ownMetadata(template);
  if (!isObject(metadata) || own === undefined || !Object.hasOwn(own, key)) return template;
  const others = withMember(metadata, metadataKey, orNone(withMember(own, key, undefined)));
  return withMember(template, section, orNone(others));
}

/** The parameters in it, which have no effect there. */
export function parametersBesideMark(template: JsonObject): readonly Finding[] {
  return Object.keys(ownMetadata(template) ?? {})
    .filter((name) => isOneOf(namesAt('resource'), name))
    .map((name) => ({
      control: 'Parameters',
      code: 'parameter-elsewhere',
      path: [section, metadataKey, name],
      outcome: 'noted',
      expected: ['transform', 'resource'],
    }));
}

function ownMetadata(template: JsonObject): JsonObject | undefined {
  const metadata = member(template, section);
  const own = isObject(metadata) ? member(metadata, metadataKey) : undefined;
  return isObject(own) ? own : undefined;
}

function orNone(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
