/** DynamoDB's condition and filter expressions, as far as the claims need them. */
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';

/** An expression with what its placeholders stand for, as a request has them. */
export interface Condition {
  readonly expression: string;
  /** By `#name`. */
  readonly names: JsonObject;
  /** By `:value`, each typed such as `{ "N": "1" }`. */
  readonly values: JsonObject;
}

/** What a request asks with that member; undefined when it has none. */
export function conditionOf(
  input: JsonObject,
  key: 'ConditionExpression' | 'FilterExpression',
): Condition | undefined {
  const expression = member(input, key);
  if (typeof expression !== 'string') return undefined;
  const named = (each: string) => {
    const found = member(input, each);
    return isObject(found) ? found : {};
  };
  return {
    expression,
    names: named('ExpressionAttributeNames'),
    values: named('ExpressionAttributeValues'),
  };
}

/**
 * Whether an item (undefined: there is none) meets a condition.
 *
 * @throws Error when the condition is not understood: a guess would let a test pass by mistake
 */
export function meets(item: JsonObject | undefined, { expression, names, values }: Condition): boolean {
  const attribute = (placeholder: string) => {
    const name = member(names, placeholder);
    if (typeof name !== 'string') throw new Error(`${placeholder} stands for no attribute`);
    return item === undefined ? undefined : member(item, name);
  };
  const value = (placeholder: string) => {
    const found = member(values, placeholder);
    if (found === undefined) throw new Error(`${placeholder} stands for no value`);
    return found;
  };
  const holds = (term: string): boolean => {
    const [, call, name = '', argument = ''] =
      /^(attribute_not_exists|attribute_exists|contains)\((#\w+)(?:, (:\w+))?\)$/.exec(term) ?? [];
    switch (call) {
      case 'attribute_not_exists':
        return attribute(name) === undefined;
      case 'attribute_exists':
        return attribute(name) !== undefined;
      case 'contains':
        return membersOf(attribute(name)).includes(String(scalarOf(value(argument))));
      default:
        return compares(term);
    }
  };
  const compares = (term: string): boolean => {
    const [, name = '', operator, argument = ''] = /^(#\w+) (=|<|>) (:\w+)$/.exec(term) ?? [];
    const [left, right] = [scalarOf(attribute(name)), scalarOf(value(argument))];
    // An attribute that is not there compares with nothing.
    if (left === undefined || right === undefined) return false;
    if (operator === '=') return left === right;
    if (operator === '<') return left < right;
    if (operator === '>') return left > right;
    throw new Error(`The bench's DynamoDB does not understand ${term}`);
  };
  // No parentheses: AND binds the stronger.
  return expression
    .split(' OR ')
    .some((alternative) => alternative.split(' AND ').every((term) => holds(term.trim())));
}

function scalarOf(value: Json | undefined): string | number | undefined {
  if (value === undefined || !isObject(value)) return undefined;
  const [text, number] = [member(value, 'S'), member(value, 'N')];
  return typeof text === 'string' ? text : typeof number === 'string' ? Number(number) : undefined;
}

function membersOf(value: Json | undefined): readonly Json[] {
  const members = value !== undefined && isObject(value) ? member(value, 'SS') : undefined;
  return members !== undefined && isList(members) ? members : [];
}
