import { isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { someValue } from './tree.ts';

/** The name of the macro in the application's template. */
const macroName = 'EcrHardening';

function names(entry: Json): boolean {
  return entry === macroName || (isObject(entry) && member(entry, 'Name') === macroName);
}

function transforms(document: JsonObject): readonly Json[] {
  const transform = member(document, 'Transform');
  if (transform === undefined || transform === null) return [];
  return isList(transform) ? transform : [transform];
}

/** Whether the template names the macro, at the top level or in an `Fn::Transform`. */
export function namesTransform(document: JsonObject): boolean {
  return (
    transforms(document).some(names) ||
    someValue(document, (value) => isObject(value) && names(member(value, 'Fn::Transform') ?? null))
  );
}

/**
 * The template with the macro added at the top level.
 *
 * It is the first: macros run in order, and AWS recommends custom ones before AWS::Serverless and AWS::LanguageExtensions.
 */
export function withTransform(document: JsonObject): JsonObject {
  return { ...document, Transform: [macroName, ...transforms(document)] };
}
