/** Expands a whole template as the deployed macro would, wherever the template names it. Pure. */
import { expand, type MacroConfiguration } from '../cloudformation/expand.ts';
import { type Finding, isRefusal } from '../core/finding.ts';
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  mapMembers,
  member,
  withMember,
} from '../core/json.ts';
import { describeFinding } from '../wording/findings.ts';
import { expansionRefusal } from '../wording/refusal.ts';

/** The name under which the application's template registers its macro. */
export const macroName = 'EcrHardening';

/** What a template is expanded with. */
export interface ExpandOptions extends Omit<MacroConfiguration, 'describe'> {
  /** The template's parameters with their values; where one is left out, its Default counts. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters of the transform, over those that the template itself gives it. */
  readonly transformParameters: JsonObject;
}

/** The template without the macro's Transform, and every decision; or the message that refuses it. */
export type ExpandedTemplate = {
  readonly findings: readonly Finding[];
  /** Whether the template names the macro, so that deploying it hardens it. */
  readonly namesMacro: boolean;
} & ({ readonly template: JsonObject } | { readonly refusal: string });

/**
 * Expands a template as CloudFormation would by the deployed macro: an `Fn::Transform` that names it first, the most
 * deeply nested one before those around it, then the whole, unless only such snippets name it. A template that does
 * not name it at all is expanded as if its top did.
 */
export function expandTemplate(template: JsonObject, options: ExpandOptions): ExpandedTemplate {
  const templateParameterValues = parameterValues(template, options.parameters);
  const findings: Finding[] = [];
  const refusals: string[] = [];
  const run: Run = (fragment, params) => {
    const expansion = expand(
      {
        fragment,
        params: { ...resolved(params, templateParameterValues), ...options.transformParameters },
        templateParameterValues,
      },
      { ...options, describe: describeFinding },
    );
    findings.push(...expansion.findings);
    if ('fragment' in expansion) return expansion.fragment;
    refusals.push(expansionRefusal(expansion) ?? '');
    return fragment;
  };

  const { expanded, snippets } = expandSnippets(template, run);
  const whole = isObject(expanded) ? expanded : template;
  const named = listOf(member(whole, 'Transform')).find(isOurs);
  const bare = withoutOurs(whole);
  const result = named === undefined && snippets > 0 ? bare : run(bare, paramsOf(named ?? null));
  const refusal = refusals.join('; ');
  const found = { findings, namesMacro: named !== undefined || snippets > 0 };
  return refusals.length > 0 || findings.some(isRefusal)
    ? { ...found, refusal }
    : { ...found, template: result };
}

/** Hardens a fragment by our transform's Parameters beside it. */
type Run = (fragment: JsonObject, params: JsonObject) => JsonObject;

/** Expands each `Fn::Transform` that names us, the most deeply nested first, and counts them. */
function expandSnippets(
  template: JsonObject,
  run: Run,
): { readonly expanded: Json; readonly snippets: number } {
  let snippets = 0;
  const expandInside = (value: Json): Json => {
    if (isList(value)) {
      const items = value.map(expandInside);
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    if (!isObject(value)) return value;
    const inner = mapMembers(value, expandInside);
    const transform = member(inner, snippetKey);
    if (transform === undefined || !isOurs(transform)) return inner;
    snippets += 1;
    return run(withMember(inner, snippetKey, undefined), paramsOf(transform));
  };
  return { expanded: expandInside(template), snippets };
}

const snippetKey = 'Fn::Transform';

function isOurs(transform: Json): boolean {
  return transform === macroName || (isObject(transform) && member(transform, 'Name') === macroName);
}

function paramsOf(transform: Json): JsonObject {
  const params = isObject(transform) ? member(transform, 'Parameters') : undefined;
  return isObject(params) ? params : {};
}

function listOf(transform: Json | undefined): readonly Json[] {
  if (transform === undefined || transform === null) return [];
  return isList(transform) ? transform : [transform];
}

/** The template without the macro's entry in its Transform; the key is removed with the last one. */
function withoutOurs(template: JsonObject): JsonObject {
  const transform = member(template, 'Transform');
  const others = listOf(transform).filter((each) => !isOurs(each));
  if (others.length === listOf(transform).length) return template;
  return withMember(template, 'Transform', others.length === 0 ? undefined : others);
}

/** The parameter values that CloudFormation passes to a macro: given ones, or defaults; a list type as a list. */
function parameterValues(template: JsonObject, given: Readonly<Record<string, string>>): JsonObject {
  const declared = member(template, 'Parameters');
  if (!isObject(declared)) return {};
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, parameter]): [string, Json][] => {
      if (!isObject(parameter)) return [];
      const value = given[name] ?? member(parameter, 'Default');
      if (value === undefined) return [];
      const type = member(parameter, 'Type');
      const isListType =
        type === 'CommaDelimitedList' || (typeof type === 'string' && type.startsWith('List<'));
      const text = typeof value === 'object' ? value : String(value);
      return [
        [name, isListType && typeof text === 'string' ? text.split(',').map((each) => each.trim()) : text],
      ];
    }),
  );
}

/** A `Ref` in a transform's Parameters arrives resolved. */
function resolved(params: JsonObject, values: JsonObject): JsonObject {
  return mapMembers(params, (value) => {
    const name = isObject(value) ? member(value, 'Ref') : undefined;
    return typeof name === 'string' ? (member(values, name) ?? value) : value;
  });
}
