/** The values of a template's parameters. */
import { isObject, type Json, type JsonObject, member } from '../core/json.ts';

/** The parameter values that CloudFormation passes to a macro: given ones, or defaults; a list type as a list. */
export function parameterValues(template: JsonObject, given: Readonly<Record<string, string>>): JsonObject {
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
