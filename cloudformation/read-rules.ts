/** Reads what a resource's own Metadata says. */
import { type ControlName, controlNames } from '../core/controls/index.ts';
import type { Finding, FindingCode } from '../core/finding.ts';
import { asText, isList, isObject, isOneOf, type Json, type JsonObject } from '../core/json.ts';
import { isDay } from '../core/policy/day.ts';
import type { Exemption } from '../core/policy/exemption-tag.ts';
import { type Policy, refinePolicy } from '../core/policy/policy.ts';
import { intrinsicName, refName } from './intrinsics.ts';
import { read } from './reading.ts';
import { metadataKey, type ResourceRules, reportKey, withoutRules } from './resource-rules.ts';
import { isStored, type Scope } from './scope.ts';

const exemptionKeys = ['Exempt', 'Reason', 'Until'];

/** The rules of a resource that has a Metadata of ours. */
export function readRules(
  own: Json,
  base: Policy,
  today: () => string,
  scope: Scope,
  addFinding: (finding: Finding) => void,
): ResourceRules {
  const path = ['Metadata', metadataKey];
  const refuse: Refuse = (key, code, details = {}) =>
    addFinding({ control: 'Parameters', code, path: [...path, ...key], outcome: 'invalid', ...details });
  if (!isObject(own)) {
    refuse([], 'metadata-not-a-map', { actual: own });
    return withoutRules(base);
  }

  const { values, hidden } = readValues(own, scope, refuse);
  const { policy, findings } = refinePolicy(base, 'resource', values, path, exemptionKeys);
  for (const finding of findings) {
    const { control, outcome, path: at } = finding;
    const isHidden = hidden.includes(at.at(-1));
    addFinding(isHidden ? { control, code: 'hidden-parameter', path: at, outcome, isHidden } : finding);
  }

  const given = readExemption(own, base, refuse);
  const { controls: exempt, reason, until } = given;
  const endedOn = until !== undefined && until < today() ? until : undefined;
  const exemption = { reason, until };
  if (endedOn === undefined)
    for (const control of exempt)
      addFinding({ control, code: 'exempt', path: [...path, 'Exempt'], outcome: 'exempt', exemption });
  const isInForce = exempt.length > 0 && endedOn === undefined;
  return {
    policy,
    isRedacted: hidden.length > 0,
    exempt,
    endedOn,
    exemption: isInForce ? given : undefined,
  };
}

/** Reports an issue of a key; undefined is the map itself. */
type Refuse = (
  key: readonly string[],
  code: FindingCode,
  details?: Pick<Finding, 'expected' | 'actual'>,
) => void;

/** The parameters that a resource sets, and the names of those that a `Ref` to a template's parameter sets. */
function readValues(
  own: JsonObject,
  scope: Scope,
  refuse: Refuse,
): { readonly values: JsonObject; readonly hidden: readonly unknown[] } {
  const values: [name: string, value: Json][] = [];
  const hidden: string[] = [];
  for (const [name, raw] of Object.entries(own)) {
    if (name === reportKey || exemptionKeys.includes(name)) continue;
    const reading = read(raw, scope);
    if (reading.kind === 'literal') values.push([name, reading.value]);
    else if (reading.kind !== 'absent') {
      const actual = openParameter(raw, scope);
      if (actual === undefined) refuse([name], 'not-literal-or-ref');
      else refuse([name], 'parameter-without-value', { actual });
    }
    if (intrinsicName(raw) !== undefined) hidden.push(name);
  }
  return { values: Object.fromEntries(values), hidden };
}

/** The parameter of the template that a `Ref` names, without a value: a preview knows only those that it is given. */
function openParameter(raw: Json, { declared = {}, parameters, collections }: Scope): string | undefined {
  const name = refName(raw);
  if (name === undefined || !Object.hasOwn(declared, name) || Object.hasOwn(collections, name))
    return undefined;
  return isStored(declared, name) || Object.hasOwn(parameters, name) ? undefined : name;
}

const noExemption: Exemption = { controls: [], reason: '', until: undefined };

function readExemption(own: JsonObject, policy: Policy, refuse: Refuse): Exemption {
  const { Exempt: exempt, Reason: reason, Until: until } = own;
  if (exempt === undefined) {
    for (const key of ['Reason', 'Until']) if (Object.hasOwn(own, key)) refuse([key], 'goes-with-exempt');
    return noExemption;
  }
  let isSound = true;
  const fail: Refuse = (...problem) => {
    isSound = false;
    refuse(...problem);
  };
  const controls = readExemptControls(exempt, fail);
  const text = asText(reason)?.trim() ?? '';
  if (text === '') fail(['Reason'], 'exemption-without-reason');
  if (until !== undefined && (typeof until !== 'string' || !isDay(until)))
    fail(['Until'], 'exemption-not-a-day', { actual: until });
  if (!policy.AllowExemptions) fail(['Exempt'], 'exemption-not-allowed');
  return isSound ? { controls, reason: text, until: asText(until) } : noExemption;
}

function readExemptControls(exempt: Json, fail: Refuse): readonly ControlName[] {
  const names = isList(exempt) ? exempt : [exempt];
  if (names.length === 0) fail(['Exempt'], 'exemption-names-nothing');
  for (const name of names)
    if (typeof name !== 'string') fail(['Exempt'], 'exemption-names-no-text');
    else if (!isOneOf(controlNames, name))
      fail(['Exempt'], 'exemption-unknown-control', { expected: controlNames, actual: name });
  return controlNames.filter((control) => names.includes(control));
}
