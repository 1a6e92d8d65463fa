/** Parameters of a template whose values are not to be shown, and what has one of them. */
import type { Finding } from '../core/finding.ts';
import { asObject, isList, type Json, type JsonObject, member, textOf } from '../core/json.ts';

/** A shorter value is in many others by chance. */
const minPart = 4;

/** Whether a template's parameter is declared with NoEcho. */
export function isSecret(declared: JsonObject, name: string): boolean {
  return /^true$/i.test(textOf(asObject(member(declared, name)).NoEcho));
}

/**
 * The transform's own Parameters that have the value of a NoEcho parameter: CloudFormation resolves a `Ref` in them before it calls the
 * macro, so that only the value is left to tell.
 *
 * @param values the template's parameters
 */
export function secretParams(
  params: JsonObject,
  fragment: JsonObject,
  values: JsonObject,
): readonly string[] {
  const declared = asObject(fragment.Parameters);
  const secrets = Object.keys(values)
    .filter((name) => isSecret(declared, name))
    .flatMap((name) => textsOf(values[name] ?? null))
    .filter((text) => text !== '');
  return Object.entries(params).flatMap(([name, value]) =>
    textsOf(value).some((text) => secrets.some((secret) => hasValue(text, secret))) ? [name] : [],
  );
}

function hasValue(text: string, secret: string): boolean {
  return text === secret || (secret.length >= minPart && text.includes(secret));
}

function textsOf(value: Json): readonly string[] {
  return (isList(value) ? value : [value]).map(textOf);
}

/** A finding about one of the transform's own Parameters, without the values of those. */
export function withoutSecret(finding: Finding, names: readonly string[]): Finding {
  const { control, outcome, path } = finding;
  return names.includes(String(path.at(-1)))
    ? { control, code: 'hidden-parameter', path, outcome, isHidden: true }
    : finding;
}

/** A decision by a policy that has such a value, which would be in what it sets. */
export function withoutAfter(finding: Finding): Finding {
  return { ...finding, after: undefined };
}
