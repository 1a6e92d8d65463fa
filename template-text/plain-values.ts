/** A template's nodes as plain values, with the intrinsics in their long form. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Scalar, type YAMLMap } from 'yaml';
import { isList, isObject, type Json } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import { targetOf } from './aliases.ts';
import { isMergeKey } from './merge-keys.ts';

/** CloudFormation's short tags; all but two mean `Fn::` and their own name. */
export const shortForms: ReadonlySet<string> = new Set(
  (
    'And Base64 Cidr Condition Contains EachMemberEquals EachMemberIn Equals FindInMap ForEach GetAtt GetAZs ' +
    'GetStackOutput If ImportValue Join Length Not Or Ref RefAll Select Split Sub ToJsonString Transform ValueOf ValueOfAll'
  ).split(' '),
);

const maximumNodes = 200_000;
const maximumDepth = 200;
export const tooDeep = 'too many or too deeply nested values once its aliases are followed';

/** The problem at an offset. */
export type Complaint = (offset: number, reason: string) => Problem;

/** Walks yaml's own nodes, since its conversion to plain values would drop CloudFormation's tags. */
export function plainValues(document: Document, text: string, complain: Complaint): Json {
  return plain({ document, text, complain, nodes: 0 }, document.contents, 0, 0);
}

/** What one node of a document that was read means. */
export function plainValue(document: Document, text: string, node: unknown): Json {
  const complain: Complaint = (offset, reason) => {
    throw new Error(`${reason} (at ${offset})`);
  };
  return plain({ document, text, complain, nodes: 0 }, node, 0, 0);
}

interface Walk {
  readonly document: Document;
  readonly text: string;
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
    const target = targetOf(document, node);
    if (target === undefined) throw complain(offset, `no anchor &${node.source} before its alias`);
    return inner(target);
  }
  if (isScalar(node)) return tagged(node.tag, scalar(node, walk.text), offset, complain);
  if (isSeq(node)) return tagged(node.tag, node.items.map(inner), offset, complain);
  if (!isMap(node)) return null;
  return tagged(node.tag, Object.fromEntries(entriesOf(node, inner, offset, walk)), offset, complain);
}

/** What is merged comes first, since a map's own keys count before it, and of equal keys the last. */
function entriesOf(
  { items }: YAMLMap,
  inner: (node: unknown) => Json,
  offset: number,
  { document, complain }: Walk,
): readonly (readonly [string, Json])[] {
  const merged: (readonly [string, Json])[] = [];
  const own: (readonly [string, Json])[] = [];
  for (const { key, value } of items)
    if (isMergeKey(key)) merged.push(...mergedEntries(inner(value), key.range?.[0] ?? offset, complain));
    else own.push([keyName(key, document, offset, complain), inner(value)]);
  return [...merged, ...own];
}

/** Of several maps the first counts most, as YAML 1.1 has it, and so the SAM CLI and the AWS CLI. */
function mergedEntries(
  value: Json,
  offset: number,
  complain: Complaint,
): readonly (readonly [string, Json])[] {
  const maps = isList(value) ? value.toReversed() : [value];
  return maps.flatMap((map) => {
    if (!isObject(map)) throw complain(offset, 'a merge key (<<) takes a mapping or a list of mappings');
    return Object.entries(map);
  });
}

/** Keys are names: the text as it was written, so that 012345678901 and on stay what they are. */
function keyName(given: unknown, document: Document, offset: number, complain: Complaint): string {
  const key = isAlias(given) ? targetOf(document, given) : given;
  if (!isScalar(key)) throw complain(offset, 'a key that is a mapping or a list');
  const name = key.source ?? String(key.value);
  // It is invisible, and comes there when a line is put before a file that begins with one.
  if (key.type === 'PLAIN' && name.startsWith('\uFEFF'))
    throw complain(
      key.range?.[0] ?? offset,
      'a byte order mark that is not at the beginning of the file is a part of the key behind it',
    );
  return name;
}

function tagged(tag: string | undefined, value: Json, offset: number, complain: Complaint): Json {
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return value;
  const name = tag.slice(1);
  if (!shortForms.has(name)) throw complain(offset, `CloudFormation has no intrinsic function !${name}`);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': dot < 0 ? value : [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: value };
}

/** Numbers that JavaScript would alter, account ids with a leading zero among them, stay text. */
function scalar(node: Scalar, text: string): Json {
  const { value, source } = node;
  if (typeof value === 'number') {
    const altered = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
    return source !== undefined && (altered || /^[-+]?0[0-9_]*[89]/.test(source)) ? source : value;
  }
  // The parsers that CloudFormation and others use take only yes, no, on and off for booleans, not y and n.
  if (typeof value === 'boolean') return source?.length === 1 ? source : value;
  if (typeof value !== 'string') return null;
  return endsWithoutLineBreak(node, text) ? value.replace(/\n$/, '') : value;
}

/** Whether a block scalar's last line is that of a text without a line break at its end, so that it has none itself. */
export function endsWithoutLineBreak({ type, range }: Scalar, text: string): boolean {
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  return isBlock && range?.[1] === text.length && /\S[^\n]*$/.test(text.slice(text.lastIndexOf('\n') + 1));
}
