import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { someValue } from './tree.ts';

/** The name under which the application's template registers its macro. */
const macroName = 'EcrHardening';

function names(entry: Json): boolean {
  return entry === macroName || (isObject(entry) && member(entry, 'Name') === macroName);
}

function transforms(document: JsonObject): readonly Json[] {
  const transform = member(document, 'Transform');
  if (transform === undefined || transform === null) return [];
  return isList(transform) ? transform : [transform];
}

/** Whether the template names the macro, at its top or in an `Fn::Transform` anywhere. */
export function namesTransform(document: JsonObject): boolean {
  return (
    transforms(document).some(names) ||
    someValue(document, (value) => isObject(value) && names(member(value, 'Fn::Transform') ?? null))
  );
}

/**
 * The template with the macro added to its top.
 *
 * It comes first: macros run in the list's order, and AWS asks for custom ones before
 * AWS::Serverless and AWS::LanguageExtensions.
 */
export function withTransform(document: JsonObject): JsonObject {
  return { ...document, Transform: [macroName, ...transforms(document)] };
}
