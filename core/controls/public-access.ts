import { branchPath, intrinsicName, isCertain, read } from '../intrinsics.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';
import { type About, answerUnsafe, type Control, type ControlContext, refuse } from './control.ts';
import { propertiesOf, tellUndetermined } from './settle.ts';

export const aboutPublicAccess: About = {
  name: 'PublicAccess',
  title: 'The repository policy lets nobody in that it does not name',
  why: 'A policy that allows the principal * opens the images, or the right to push them, to every AWS account there is.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  answers: ['CKV_AWS_32', 'AWS-0032'],
};

export const publicAccess: Control = {
  name: 'PublicAccess',
  types: ['AWS::ECR::Repository', 'AWS::ECR::RepositoryCreationTemplate'],
  isOn: () => true,
  harden(resource, type, context) {
    const name = type === 'AWS::ECR::Repository' ? 'RepositoryPolicyText' : 'RepositoryPolicy';
    judgePolicy(member(propertiesOf(resource), name), `Properties.${name}`, context);
    return resource;
  },
};

function judgePolicy(raw: Json | undefined, path: string, context: ControlContext): void {
  for (const { value, at } of leaves(raw, path, context)) {
    const policy = typeof value === 'string' ? parsePolicy(value) : value;
    if (!isObject(policy)) {
      refuse(context, at, 'must be a policy, as a map or as JSON text');
      continue;
    }
    for (const statements of leaves(member(policy, 'Statement'), `${at}.Statement`, context))
      for (const statement of listed(statements.value, statements.at))
        for (const leaf of leaves(statement.value, statement.at, context))
          if (isObject(leaf.value)) judgeStatement(leaf.value, leaf.at, context);
  }
}

function judgeStatement(statement: JsonObject, path: string, context: ControlContext): void {
  if (member(statement, 'Effect') !== 'Allow' || isWithinOrganisation(member(statement, 'Condition'))) return;
  // There is no safe policy to write instead: who may pull is for the author alone to say.
  const tell = (path: string, before: Json, reason: string) =>
    answerUnsafe(context, { path, before, instead: before, reason });
  const excluded = member(statement, 'NotPrincipal');
  if (excluded !== undefined)
    tell(
      `${path}.NotPrincipal`,
      excluded,
      'allows everybody but those named: name those who may, in Principal',
    );
  for (const { value, at } of leaves(member(statement, 'Principal'), `${path}.Principal`, context))
    for (const principal of principals(value, at))
      for (const leaf of leaves(principal.value, principal.at, context))
        if (leaf.value === '*')
          tell(
            leaf.at,
            '*',
            'allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID',
          );
}

interface Leaf {
  readonly value: Json;
  readonly at: string;
}

/** The values that can come to stand here: both branches of an `Fn::If`; one that cannot be known is told. */
function leaves(raw: Json | undefined, at: string, context: ControlContext): Leaf[] {
  const reading = read(raw, context.parameters);
  switch (reading.kind) {
    case 'absent':
      return [];
    case 'literal':
      return [{ value: reading.value, at }];
    case 'choice':
      return [
        ...leaves(reading.whenTrue, branchPath(at, 'whenTrue'), context),
        ...leaves(reading.whenFalse, branchPath(at, 'whenFalse'), context),
      ];
    case 'undetermined':
      if (raw !== undefined && !isCertain(raw)) tellUndetermined(context, at, raw, reading.intrinsic);
      return [];
    default:
      return reading satisfies never;
  }
}

function principals(value: Json, at: string): Leaf[] {
  if (!isObject(value)) return listed(value, at);
  return Object.entries(value).flatMap(([kind, names]) =>
    kind === 'Service'
      ? []
      : intrinsicName(names) === undefined
        ? listed(names, `${at}.${kind}`)
        : [{ value: names, at: `${at}.${kind}` }],
  );
}

function listed(value: Json, at: string): Leaf[] {
  return isList(value)
    ? value.map((entry, index) => ({ value: entry, at: `${at}[${index}]` }))
    : [{ value, at }];
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

/** Whether a condition demands, positively and by a value other than *, an organisation or an account. */
function isWithinOrganisation(condition: Json | undefined): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      /^(ForAnyValue:)?String(Equals|Like)(IgnoreCase)?$/.test(operator) &&
      isObject(keys) &&
      Object.entries(keys).some(
        ([key, value]) =>
          confiningKey.test(key) &&
          !(isList(value) ? value : [value]).some(
            (entry) => typeof entry === 'string' && /^\*+$/.test(entry),
          ),
      ),
  );
}
