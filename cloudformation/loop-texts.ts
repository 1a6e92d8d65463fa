/**
 * Texts into which an `Fn::ForEach` inserts the values of its collection: everywhere in what it repeats, with and without `Fn::Sub`
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html).
 */
import { isList, isObject, type Json } from '../core/json.ts';
import { makeSubstitution, readFunction } from './intrinsics.ts';
import type { Scope } from './scope.ts';

type Loops = Pick<Scope, 'collections'>;

/** Whether a value is a text into which a loop around it inserts something. */
export function isOfLoop(value: Json, { collections }: Loops): boolean {
  return (
    typeof value === 'string' &&
    Object.keys(collections).some((name) => value.includes(`\${${name}}`) || value.includes(`&{${name}}`))
  );
}

/** Such a text as the `Fn::Sub` that does the same, and an `Fn::Sub` without `&{...}`; any other value as it is. */
export function asSubstitution(value: Json, loops: Loops): Json {
  if (isOfLoop(value, loops)) return makeSubstitution(inserting(String(value), loops, true));
  const call = isObject(value) ? readFunction(value) : undefined;
  if (call?.name !== 'Sub') return value;
  const [text = null, own] = isList(call.argument) ? call.argument : [call.argument];
  return isOfLoop(text, loops) ? makeSubstitution(inserting(String(text), loops, false), own) : value;
}

/** A text in which all that a loop inserts is a variable of `Fn::Sub`, and, of one without `Fn::Sub`, nothing else. */
function inserting(text: string, { collections }: Loops, isPlain: boolean): string {
  const isInserted = (name: string) => Object.hasOwn(collections, name);
  const named = isPlain ? text : text.replace(variablesAround, (found) => withWildcards(found, isInserted));
  return named.replace(insertions, (found: string, mark: string, name: string) => {
    if (isInserted(name)) return `\${${name}}`;
    return isPlain && mark === '$' ? `\${!${name}}` : found;
  });
}

const insertions = /([$&])\{([^{}]*)\}/g;
/** Variables of `Fn::Sub` into whose names something may be inserted, such as `${Role${Name}.Arn}`. */
const variablesAround = /(?<=\$\{)(?:[^{}]|[$&]\{[^{}]*\})+(?=\})/g;

/** A name with `*`, which none has, in place of what a loop inserts into it: what it names is not known. */
export function withWildcards(name: string, isInserted = (_name: string) => true): string {
  return name.replace(insertions, (found: string, _mark: string, each: string) =>
    isInserted(each) ? '*' : found,
  );
}
