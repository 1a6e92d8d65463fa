import { type ControlName, controlNames, type Finding } from '../core/finding.ts';
import { type ParameterValues, read, refName } from '../core/intrinsics.ts';
import { describeKind, isList, isObject, isOneOf, type Json, type JsonObject, member } from '../core/json.ts';
import { unknownName } from '../core/nearest.ts';
import { type Policy, refinePolicy } from '../core/policy/policy.ts';

/** The key of a resource's Metadata that is ours. */
export const metadataKey = 'EcrHardening';
/** Where `Report` writes under that key. */
export const reportKey = 'Findings';

const exemptionKeys = ['Exempt', 'Reason', 'Until'];

/** What a resource's own Metadata says: its policy, and the controls it is exempt from. */
export interface ResourceRules {
  readonly policy: Policy;
  /** Whether the policy holds a parameter's value, which must not be shown. */
  readonly isRedacted: boolean;
  /** The controls that it is, or was, exempt from. */
  readonly exempt: readonly ControlName[];
  /** The day on which the exemption ended, if it has. */
  readonly endedOn: string | undefined;
}

/**
 * Reads `Metadata: {EcrHardening: {...}}` of one resource.
 *
 * An exemption needs a Reason, and may end: `Exempt: [TagImmutability], Reason: ..., Until: 2027-03-31`.
 *
 * @param today the day that Until is held against, as YYYY-MM-DD; the last day still counts
 * @param tell takes each finding, as yet without a logical ID
 */
export function readMetadata(
  resource: JsonObject,
  base: Policy,
  today: string,
  parameters: ParameterValues,
  tell: (finding: Finding) => void,
): ResourceRules {
  const metadata = member(resource, 'Metadata');
  const own = isObject(metadata) ? member(metadata, metadataKey) : undefined;
  const path = `Metadata.${metadataKey}`;
  const refuse = (key: string, reason: string) =>
    tell({ control: 'Parameters', path: `${path}${key}`, outcome: 'invalid', reason });
  if (!isObject(own)) {
    if (own !== undefined) refuse('', `must be a map, not ${describeKind(own)}`);
    return { policy: base, isRedacted: false, exempt: [], endedOn: undefined };
  }

  const values: [name: string, value: Json][] = [];
  const veiled: string[] = [];
  for (const [name, raw] of Object.entries(own)) {
    if (name === reportKey || exemptionKeys.includes(name)) continue;
    const reading = read(raw, parameters);
    if (reading.kind === 'literal') values.push([name, reading.value]);
    else if (reading.kind !== 'absent') refuse(`.${name}`, 'must be a literal or a Ref to a parameter');
    if (refName(raw) !== undefined) veiled.push(`${path}.${name}`);
  }
  const { policy, findings } = refinePolicy(
    base,
    'resource',
    Object.fromEntries(values),
    path,
    exemptionKeys,
  );
  for (const finding of findings)
    tell(
      veiled.includes(finding.path) ? { ...finding, reason: 'cannot be what this parameter is' } : finding,
    );

  const { controls: exempt, reason, until } = readExemption(own, base, refuse);
  const endedOn = until !== undefined && until < today ? until : undefined;
  const untilWhen = until === undefined ? '' : ` until ${until}`;
  if (endedOn === undefined)
    for (const control of exempt)
      tell({ control, path: `${path}.Exempt`, outcome: 'exempt', reason: `exempt${untilWhen}: ${reason}` });
  return { policy, isRedacted: veiled.length > 0, exempt, endedOn };
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
    for (const key of ['Reason', 'Until'])
      if (Object.hasOwn(own, key)) refuse(`.${key}`, 'goes with Exempt only');
    return nothing;
  }
  const names = isList(exempt) ? exempt : [exempt];
  const controls = controlNames.filter((control) => names.includes(control));
  let isSound = names.length > 0;
  const fail = (key: string, problem: string) => {
    isSound = false;
    refuse(`.${key}`, problem);
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
