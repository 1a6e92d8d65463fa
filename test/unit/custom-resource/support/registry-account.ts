/** Settings of the whole account, of which none can be deleted. */
import { type JsonObject, member } from '../../../../core/json.ts';
import type { Perform } from './registry.ts';
import { invalid, ok } from './reply.ts';

// The default first. Clair, the other version of basic scanning, ended in 2026.
const valuesByName: ReadonlyMap<string, readonly string[]> = new Map([
  ['BASIC_SCAN_TYPE_VERSION', ['AWS_NATIVE']],
  ['REGISTRY_POLICY_SCOPE', ['V1', 'V2']],
  ['BLOB_MOUNTING', ['DISABLED', 'ENABLED']],
]);

export const getAccountSetting: Perform = ({ account }, input) => {
  const name = nameOf(input);
  const byDefault = valuesByName.get(name)?.[0];
  if (byDefault === undefined) return invalid(`Invalid parameter at 'name': '${name}' is no account setting`);
  return ok({ name, value: account.get(name) ?? byDefault });
};

export const putAccountSetting: Perform = ({ account }, input) => {
  const name = nameOf(input);
  const value = String(member(input, 'value'));
  const values = valuesByName.get(name);
  if (values === undefined) return invalid(`Invalid parameter at 'name': '${name}' is no account setting`);
  if (!values.includes(value)) return invalid(`Invalid parameter at 'value': ${name} takes no '${value}'`);
  account.set(name, value);
  return ok({ name, value });
};

function nameOf(input: JsonObject): string {
  return String(member(input, 'name'));
}
