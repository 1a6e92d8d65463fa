/** The Parameters of a transform, as the macro receives them. */
import { refName } from '../cloudformation/intrinsics.ts';
import type { Finding } from '../core/finding.ts';
import { asObject, type Json, type JsonObject, member } from '../core/json.ts';

export interface ReceivedParameters {
  /** A `Ref` arrives resolved; without those whose parameter has no value. */
  readonly params: JsonObject;
  readonly findings: readonly Finding[];
}

/** @param values of the template's parameters, as far as they are known */
export function receivedParameters(
  given: JsonObject,
  template: JsonObject,
  values: JsonObject,
): ReceivedParameters {
  const declared = asObject(member(template, 'Parameters'));
  const params: [name: string, value: Json][] = [];
  const findings: Finding[] = [];
  for (const [name, raw] of Object.entries(given)) {
    const actual = refName(raw);
    const value = actual === undefined ? raw : member(values, actual);
    if (value === undefined && actual !== undefined && Object.hasOwn(declared, actual))
      findings.push({
        control: 'Parameters',
        code: 'parameter-without-value',
        path: ['Transform', 'Parameters', name],
        outcome: 'invalid',
        actual,
      });
    else params.push([name, value ?? raw]);
  }
  return { params: Object.fromEntries(params), findings };
}
