import {
  cannotBeWildcard,
  type Leaf,
  leaves,
  type ParameterValues,
  read,
  refName,
  subText,
} from '../intrinsics.ts';
import { isObject, type Json, type JsonObject, member } from '../json.ts';
import {
  answerUnsafe,
  type Control,
  type ControlContext,
  type ControlMetadata,
  hardenedTypes,
  refuse,
  repositoryType,
} from './control.ts';
import { addUndetermined } from './settle.ts';

export const aboutPublicAccess: ControlMetadata = {
  name: 'PublicAccess',
  title: 'The repository policy lets nobody in that it does not name',
  why: 'A policy that allows the principal * opens the images, or the right to push them, to every AWS account there is.',
  remediation:
    "Name the accounts or roles in the policy's Principal, or narrow a * by a condition such as aws:PrincipalOrgID.",
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  relatedChecks: ['CKV_AWS_32', 'AWS-0032'],
};

export const publicAccess: Control = {
  name: 'PublicAccess',
  types: hardenedTypes,
  isOn: () => true,
  harden(properties, type, context) {
    const name = type === repositoryType ? 'RepositoryPolicyText' : 'RepositoryPolicy';
    const raw = member(properties, name);
    for (const leaf of leaves(raw, `Properties.${name}`, context.parameters)) judgePolicy(leaf, context);
    return properties;
  },
};

function judgePolicy({ raw, value, path }: Leaf, context: ControlContext): void {
  // Of an Fn::Sub that substitutes, the literal part may already prove a principal public.
  const text = value ?? subText(raw, 'substituted');
  const policy = typeof text === 'string' ? parsePolicy(text) : text;
  // What a parameter holds is not shown, not even as part of a path.
  const veiled: ControlContext = {
    ...context,
    addFinding: ({ outcome, reason }) => context.addFinding({ path, outcome, before: raw, reason }),
  };
  if (isObject(policy)) judgeStatements(policy, path, refName(raw) === undefined ? context : veiled);
  // An empty text is no policy: nothing is opened by it.
  else if (value !== undefined && value !== '')
    refuse(context, path, 'must be a policy, as a map or as JSON text');
  if (value === undefined) addUndetermined(context, path, raw);
}

function judgeStatements(policy: JsonObject, path: string, context: ControlContext): void {
  for (const { value, path: at } of possibleValues(member(policy, 'Statement'), `${path}.Statement`, context))
    if (
      isObject(value) &&
      possibleValues(member(value, 'Effect'), `${at}.Effect`, context).some(
        (effect) => effect.value === 'Allow',
      )
    )
      judgePrincipals(value, at, context);
}

function judgePrincipals(statement: JsonObject, path: string, context: ControlContext): void {
  const condition = member(statement, 'Condition') ?? {};
  const tell = (at: string, before: Json, reason: string) => {
    if (read(condition, context.parameters).kind === 'undetermined')
      addUndetermined(context, `${path}.Condition`, condition);
    else if (!isConfined(condition, context.parameters))
      // There is no safe policy to write instead: who may pull is for the author alone to say.
      answerUnsafe(context, { path: at, before, instead: before, reason });
  };
  const excluded = member(statement, 'NotPrincipal');
  if (excluded !== undefined)
    tell(
      `${path}.NotPrincipal`,
      excluded,
      'allows everybody but those named: name those who may, in Principal',
    );
  const judge = (principal: Json | undefined, at: string) => {
    for (const leaf of possibleValues(principal, at, context)) {
      if (leaf.value === '*')
        tell(
          leaf.path,
          leaf.raw,
          'allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID',
        );
      if (isObject(leaf.value))
        for (const [kind, names] of Object.entries(leaf.value))
          if (kind !== 'Service') judge(names, `${leaf.path}.${kind}`);
    }
  };
  judge(member(statement, 'Principal'), `${path}.Principal`);
}

/** The values that can come to stand here; one that cannot be known, and may be a lone `*`, is told. */
function possibleValues(raw: Json | undefined, path: string, context: ControlContext): readonly Leaf[] {
  const found = leaves(raw, path, context.parameters);
  for (const leaf of found)
    if (leaf.value === undefined && !cannotBeWildcard(leaf.raw))
      addUndetermined(context, leaf.path, leaf.raw);
  return found;
}

function parsePolicy(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by the caller as an invalid policy
  }
}

// The global condition keys that confine a statement to an organisation or to an account
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
const confiningKey = /^aws:(principal|source)(orgid|orgpaths|account)$/i;

/** Whether a condition demands an organisation or an account, positively and not any; one that nobody knows may. */
function isConfined(condition: Json, parameters: ParameterValues): boolean {
  const reading = read(condition, parameters);
  if (reading.kind === 'choice')
    return isConfined(reading.whenTrue, parameters) && isConfined(reading.whenFalse, parameters);
  if (reading.kind !== 'literal' || !isObject(reading.value)) return reading.kind === 'undetermined';
  return Object.entries(reading.value).some(
    ([operator, keys]) =>
      /^(ForAnyValue:)?String(Equals|Like)(IgnoreCase)?$/.test(operator) &&
      isObject(keys) &&
      Object.entries(keys).some(
        ([key, value]) =>
          confiningKey.test(key) &&
          !leaves(value, '', parameters).some(
            (leaf) => typeof leaf.value === 'string' && /^(o-)?\*/.test(leaf.value),
          ),
      ),
  );
}
