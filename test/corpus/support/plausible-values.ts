import { isList, type JsonObject, member } from '../../../core/json.ts';
import { section } from '../../../local/demo/tree.ts';

/** Texts of the kinds that parameters ask for; the first that a parameter's constraints allow is taken. */
const texts = [
  'example',
  'example-1',
  '123456789012',
  '1.0.0',
  '10.0.0.0/16',
  'example.com',
  'someone@example.com',
];

/** A value for every parameter of a template that has no default, made from its type and its constraints. */
export function plausibleValues(document: JsonObject): Record<string, string> {
  const declared = section(document, 'Parameters');
  return Object.fromEntries(
    Object.keys(declared)
      .filter((name) => member(section(declared, name), 'Default') === undefined)
      .map((name) => [name, plausibleValue(name, section(declared, name))]),
  );
}

function plausibleValue(name: string, parameter: JsonObject): string {
  const allowed = member(parameter, 'AllowedValues');
  if (isList(allowed) && allowed.length > 0) return String(allowed[0]);
  const type = String(member(parameter, 'Type') ?? 'String');
  if (/Number/.test(type)) return String(member(parameter, 'MinValue') ?? 1);
  const pattern = member(parameter, 'AllowedPattern');
  const fits = new RegExp(typeof pattern === 'string' ? `^(?:${pattern})$` : '');
  const shortest = Number(member(parameter, 'MinLength') ?? 0);
  const candidates = /account/i.test(name) ? texts.toSorted((one) => (/^\d+$/.test(one) ? -1 : 0)) : texts;
  const value = candidates.map((text) => text.padEnd(shortest, 'x')).find((text) => fits.test(text));
  if (value === undefined) throw new Error(`no text at hand fits the parameter ${name} (${String(pattern)})`);
  return value;
}
