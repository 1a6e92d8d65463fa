/** One operator on one key of a policy's condition: which of the principals that a `*` matches it still allows. */
import { textOf } from '../json.ts';
import { isUnknown, type Unknown } from '../known.ts';
import type { Path } from '../path.ts';
import { knownValues, type Possible } from '../possible.ts';

/** Why a condition on a caller's identity or origin does not restrict the principals. */
export type WeakReason =
  | 'holds-without-key'
  | 'negated'
  | 'any-value'
  | 'wildcard'
  | 'own-value'
  | 'not-compared'
  | 'addresses';

/** A condition that a statement has and that does not confine it. */
export interface WeakCondition {
  readonly reason: WeakReason;
  /** As IAM spells them, and not as the policy does, which may be a secret in the wrong place. */
  readonly operator: string;
  readonly key: string;
}

/** Which principals a condition still allows. */
export type Confinement =
  | {
      readonly isConfined: true;
      /** The key that confines it, as IAM spells it; empty if another statement denies it to everybody. */
      readonly key: string;
      /** Whether it is where a request comes from that is confined, and not who sends it. */
      readonly isByOrigin: boolean;
    }
  | {
      readonly isConfined: false;
      /** The first condition that might have confined it; undefined where there is none. */
      readonly weak: WeakCondition | undefined;
    };

/** A confinement, or the path of the unknown value that decides it. */
export type KnownConfinement = Confinement | (Unknown & { readonly path: Path });

/**
 * Which part of a condition key's values names an account, an organisation or an endpoint, and so where a wildcard leaves
 * others: all of it, what stands before the first `/` or `:`, or an ARN's account. Addresses name none, and a flag is true or
 * false.
 */
type KeyKind = 'whole' | 'path' | 'user' | 'arn' | 'addresses' | 'flag';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html. Not aws:ResourceOrgID and the
// like, which are about the repository; nor tags and session names, which anybody gives to principals of their own.
const keys: readonly (readonly [kind: KeyKind, names: string])[] = [
  ['whole', 'PrincipalAccount PrincipalOrgID SourceAccount SourceOwner SourceOrgID SourceVpc SourceVpce'],
  ['whole', 'VpceAccount VpceOrgID PrincipalServiceName PrincipalServiceNamesList'],
  ['flag', 'PrincipalIsAWSService'],
  ['path', 'PrincipalOrgPaths SourceOrgPaths VpceOrgPaths'],
  ['arn', 'PrincipalArn SourceArn SourceVpcArn'],
  ['user', 'userid'],
  ['addresses', 'SourceIp VpcSourceIp'],
];

/** The key as IAM spells it, and what its values are; undefined for a key that is not one of those above. */
export function findKey(spelling: string): Pick<Clause, 'key' | 'kind'> | undefined {
  const found = keys.flatMap(([kind, names]) =>
    names.split(' ').map((name) => ({ key: `aws:${name}`, kind })),
  );
  return found.find(({ key }) => key.toLowerCase() === spelling.toLowerCase());
}

/** One operator on one of the keys above. */
export interface Clause {
  readonly operator: { readonly set: string; readonly base: string; readonly ifExists: string };
  readonly key: string;
  readonly kind: KeyKind;
  readonly values: readonly Possible[];
}

/** What one clause does; undefined: nothing that matters. */
export function checkClause(clause: Clause, isKeyDemanded: boolean): KnownConfinement | undefined {
  const { operator, kind } = clause;
  const { set, base, ifExists } = operator;
  const weak = (reason: WeakReason) => weakBy(clause, reason);
  if (kind === 'addresses') return base === 'IpAddress' ? weak('addresses') : undefined;
  if (kind === 'flag' && base !== 'Null') return checkFlag(clause);
  if (base === 'Null') return weak(isKeyDemanded ? 'any-value' : 'not-compared');
  if (base.includes('Not')) return weak('negated');
  if (!/^(String|Arn)/.test(base)) return weak('not-compared');
  if ((set === 'ForAllValues:' || ifExists !== '') && !isKeyDemanded) return weak('holds-without-key');
  return checkValues(clause);
}

/** A flag restricts the principals where it must be true; a missing key is a false one. */
function checkFlag({ operator: { base, ifExists }, key, values }: Clause): KnownConfinement | undefined {
  if (base !== 'Bool' || ifExists !== '') return undefined;
  const unknown = values.find((each) => isUnknown(each));
  if (unknown !== undefined && isUnknown(unknown)) return unknown;
  return knownValues(values).every((value) => textOf(value) === 'true') ? confinedBy(key) : undefined;
}

function weakBy({ operator: { set, base, ifExists }, key }: Clause, reason: WeakReason): Confinement {
  return { isConfined: false, weak: { reason, operator: `${set}${base}${ifExists}`, key } };
}

/** Which principals a clause allows that requires one of its values. */
function checkValues(clause: Clause): KnownConfinement {
  const { operator, key, kind, values } = clause;
  const isPattern = !operator.base.startsWith('StringEquals');
  const texts = values.map((each) => (isUnknown(each) ? each.widest : textOf(each.value)));
  if (texts.some((text) => /\$\{aws:(?!Resource)/i.test(text))) return weakBy(clause, 'own-value');
  if (!isPattern) return confinedBy(key);
  const wide = values.filter((each, index) => leavesOthers(texts[index] ?? '', kind, isUnknown(each)));
  // What is not known may turn out to have no wildcard.
  return wide.some((each) => !isUnknown(each))
    ? weakBy(clause, 'wildcard')
    : (wide.find((each) => isUnknown(each)) ?? confinedBy(key));
}

/** The confinement by a key, as IAM spells it. */
export function confinedBy(key: string): Extract<Confinement, { isConfined: true }> {
  return { isConfined: true, key, isByOrigin: !/^aws:(principal|userid)/i.test(key) };
}

/**
 * Whether a pattern has a wildcard in the part that names an account, an organisation or an endpoint.
 *
 * @param isWidest whether its wildcards also stand for texts that are not known
 */
function leavesOthers(value: string, kind: KeyKind, isWidest: boolean): boolean {
  const isWild = (part: string | undefined) => part === undefined || /[*?]/.test(part);
  switch (kind) {
    case 'arn': {
      const [, , , , account, ...resource] = value.split(':');
      // A text before the account may have colons of its own, and then another part is the account.
      if (isWidest && value.split(':', 4).some(isWild)) return true;
      // Some ARNs, such as those of buckets, have no account, and name one resource in all of AWS.
      return account === '' ? isWild(resource.join(':')) : isWild(account);
    }
    case 'path':
      return isWild(value.split('/')[0]);
    case 'user':
      return isWild(value.split(':')[0]);
    case 'whole':
    case 'addresses':
    case 'flag':
      return isWild(value);
    default:
      return kind satisfies never;
  }
}
