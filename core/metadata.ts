import { type ControlName, controlNames, type Finding } from './finding.ts';
import { type ParameterValues, read } from './intrinsics.ts';
import { describeKind, isList, isObject, isOneOf, type Json, type JsonObject, member } from './json.ts';
import { unknownName } from './nearest.ts';
import { type Policy, refinePolicy } from './policy.ts';

/** The key of a resource's Metadata that is ours. */
export const metadataKey = 'EcrHardening';
/** Where `Report` writes under that key. */
export const reportKey = 'Findings';

const exemptionKeys = ['Exempt', 'Reason', 'Until'];

/** What a resource's own Metadata says: its policy, and the controls it is exempt from. */
export interface ResourceRules {
  readonly policy: Policy;
  readonly exempt: readonly ControlName[];
  /** The controls whose exemption has ended, with the day it ended on. */
  readonly ended: { readonly controls: readonly ControlName[]; readonly until: string } | undefined;
}

/**
 * Reads `Metadata: {EcrHardening: {...}}` of one resource.
 *
 * An exemption needs a Reason, and may end: `Exempt: [TagImmutability], Reason: ..., Until: 2027-03-31`.
 *
 * @param today the day that Until is held against, as YYYY-MM-DD; the last day still counts
 */
export function readMetadata(
  resource: JsonObject,
  logicalId: string,
  base: Policy,
  today: string,
  parameters: ParameterValues,
): { rules: ResourceRules; findings: readonly Finding[] } {
  const none: ResourceRules = { policy: base, exempt: [], ended: undefined };
  const metadata = member(resource, 'Metadata');
  const own = isObject(metadata) ? member(metadata, metadataKey) : undefined;
  if (own === undefined) return { rules: none, findings: [] };
  const path = `Metadata.${metadataKey}`;
  const invalid = (at: string, reason: string): Finding => ({
    control: 'Parameters',
    logicalId,
    path: at,
    outcome: 'invalid',
    reason,
  });
  if (!isObject(own))
    return { rules: none, findings: [invalid(path, `must be a map, not ${describeKind(own)}`)] };

  const findings: Finding[] = [];
  const values: Record<string, Json> = {};
  for (const [name, raw] of Object.entries(own)) {
    if (name === reportKey || exemptionKeys.includes(name)) continue;
    const reading = read(raw, parameters);
    if (reading.kind === 'literal') values[name] = reading.value;
    else if (reading.kind !== 'absent')
      findings.push(invalid(`${path}.${name}`, 'must be a literal or a Ref to a parameter'));
  }
  const refined = refinePolicy(base, 'resource', values, { logicalId, path }, exemptionKeys);
  findings.push(...refined.findings);

  const exemption = readExemption(own, base, (key, reason) =>
    findings.push(invalid(`${path}.${key}`, reason)),
  );
  const isOver = exemption.until !== undefined && exemption.until < today;
  if (!isOver)
    for (const control of exemption.controls)
      findings.push({
        control,
        logicalId,
        path: `${path}.Exempt`,
        outcome: 'exempt',
        reason: `exempt${exemption.until === undefined ? '' : ` until ${exemption.until}`}: ${exemption.reason}`,
      });
  return {
    rules: {
      policy: refined.policy,
      exempt: isOver ? [] : exemption.controls,
      ended:
        isOver && exemption.until !== undefined
          ? { controls: exemption.controls, until: exemption.until }
          : undefined,
    },
    findings,
  };
}

function readExemption(
  own: JsonObject,
  policy: Policy,
  refuse: (key: string, reason: string) => void,
): { controls: readonly ControlName[]; reason: string; until: string | undefined } {
  const nothing = { controls: [], reason: '', until: undefined };
  const exempt = member(own, 'Exempt');
  const reason = member(own, 'Reason');
  const until = member(own, 'Until');
  if (exempt === undefined) {
    for (const key of ['Reason', 'Until']) if (Object.hasOwn(own, key)) refuse(key, 'goes with Exempt only');
    return nothing;
  }
  const names = isList(exempt) ? exempt : [exempt];
  const controls = controlNames.filter((control) => names.includes(control));
  let isSound = names.length > 0;
  const fail = (key: string, problem: string) => {
    isSound = false;
    refuse(key, problem);
  };
  if (names.length === 0) fail('Exempt', 'names no control');
  for (const name of names)
    if (!isOneOf(controlNames, name))
      fail(
        'Exempt',
        typeof name === 'string' ? unknownName('control', name, controlNames) : 'must name controls',
      );
  if (typeof reason !== 'string' || reason.trim() === '')
    fail('Reason', 'is missing: an exemption needs a reason');
  if (until !== undefined && (typeof until !== 'string' || !isDay(until)))
    fail('Until', `must be a day such as 2027-03-31, not ${describeKind(until)}`);
  if (!policy.AllowExemptions) fail('Exempt', 'is not allowed by the application (AllowExemptions)');
  return isSound && typeof reason === 'string'
    ? { controls, reason: reason.trim(), until: typeof until === 'string' ? until : undefined }
    : nothing;
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
