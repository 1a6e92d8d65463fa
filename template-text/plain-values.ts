/** A template's nodes as plain values, with the intrinsics in their long form. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Scalar } from 'yaml';
import type { Json } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';

/** CloudFormation's short tags; all but two mean `Fn::` and their own name. */
const intrinsics = new Set(
  (
    'And Base64 Cidr Contains EachMemberEquals EachMemberIn Equals FindInMap ForEach GetAtt GetAZs If ' +
    'ImportValue Join Length Not Or RefAll Select Split Sub ToJsonString Transform ValueOf ValueOfAll'
  ).split(' '),
);

const maximumNodes = 200_000;
const maximumDepth = 200;
export const tooDeep = 'too many or too deeply nested values once its aliases are followed';

/** The problem at an offset. */
export type Complaint = (offset: number, reason: string) => Problem;

/** Walks yaml's own nodes, since its conversion to plain values would drop CloudFormation's tags. */
export function plainValues(document: Document, complain: Complaint): Json {
  return plain({ document, complain, nodes: 0 }, document.contents, 0, 0);
}

interface Walk {
  readonly document: Document;
  readonly complain: Complaint;
  /** How many nodes were visited. */
  nodes: number;
}

function plain(walk: Walk, node: unknown, parentOffset: number, depth: number): Json {
  const { document, complain } = walk;
  const offset = isNode(node) ? (node.range?.[0] ?? parentOffset) : parentOffset;
  walk.nodes += 1;
  // An alias may be inside its own anchor, and a few of them may multiply to millions of values.
  if (walk.nodes > maximumNodes || depth > maximumDepth) throw complain(offset, tooDeep);
  const inner = (value: unknown) => plain(walk, value, offset, depth + 1);
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (target === undefined) throw complain(offset, `no anchor &${node.source} before its alias`);
    return inner(target);
  }
  if (isScalar(node)) return tagged(node.tag, scalar(node), offset, complain);
  if (isSeq(node)) return tagged(node.tag, node.items.map(inner), offset, complain);
  if (!isMap(node)) return null;
  const entries = node.items.map(({ key, value }): [string, Json] => [
    keyName(key, offset, complain),
    inner(value),
  ]);
  return tagged(node.tag, Object.fromEntries(entries), offset, complain);
}

/** Keys are names: the text as it was written, so that 012345678901 and on stay what they are. */
function keyName(key: unknown, offset: number, complain: Complaint): string {
  if (!isScalar(key)) throw complain(offset, 'a key that is a mapping, a list or an alias');
  const name = key.source ?? String(key.value);
  if (name === '<<') throw complain(offset, 'CloudFormation has no hash merges (<<)');
  return name;
}

function tagged(tag: string | undefined, value: Json, offset: number, complain: Complaint): Json {
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return value;
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (!intrinsics.has(name)) throw complain(offset, `CloudFormation has no intrinsic function !${name}`);
  if (name === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': dot < 0 ? value : [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: value };
}

/** Numbers that JavaScript would alter, account ids with a leading zero among them, stay text. */
function scalar(node: Scalar): Json {
  const { value, source } = node;
  if (typeof value === 'number') {
    const altered = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
    return source !== undefined && (altered || /^[-+]?0[0-9_]*[89]/.test(source)) ? source : value;
  }
  // The parsers that CloudFormation and others use take only yes, no, on and off for booleans, not y and n.
  if (typeof value === 'boolean') return source?.length === 1 ? source : value;
  return typeof value === 'string' ? value : null;
}
