/**
 * Which repositories that are there already a resource of a template may be.
 *
 * A macro is not told the stack, so what depends on it, as on anything that is known only when the stack is deployed, is a `*`
 * in a pattern. More repositories than it can be are no harm here; fewer are.
 */
import { asObject, entriesOf, isList, type Json, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { isAbsent } from './absence.ts';
import { assume } from './assumptions.ts';
import type { ReviewedDefault } from './control-context.ts';
import {
  branches,
  branchPath,
  readFunction,
  readIf,
  readSubstitution,
  refName,
  withoutParameters,
} from './intrinsics.ts';
import { reachableBranches, read } from './reading.ts';
import { toText } from './resolve.ts';
import type { Scope } from './scope.ts';
import { isSecret } from './secret-parameters.ts';

/** Where a template is deployed, as a macro is told. */
export interface Deployment {
  /** Of 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

/** What is known of the name that a resource has, or will have. */
export interface LiveNames {
  readonly names: readonly string[];
  /** Names in which `*` stands for what is not known. */
  readonly patterns: readonly string[];
  /** Whether it may have no name in the template, so that CloudFormation gives it one. */
  readonly isUnnamed: boolean;
  /** With a `*` for what a loop inserts; undefined where only a part of the resource is known. */
  readonly logicalId: string | undefined;
}

/** What stands for anything that is not known. */
const anything = '*';
/**
 * What a loop inserts: in its keys, and in every text of what it repeats, with or without `Fn::Sub`
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html). No
 * repository has such a name.
 */
const inserted = /[$&]\{[^}]*(?:\}|$)/g;
/** More names than these are one pattern: a name with many conditions in it. */
const maxNames = 64;

/** What is known of the name of the repository in which a default is about to be written. */
export function liveNames(place: ReviewedDefault, deployment: Deployment): LiveNames {
  const { logicalId, properties, finding } = place;
  const scope = scopeAt(properties, finding.path, deployedScope(place.scope, deployment));
  const found = namesOf(member(properties, 'RepositoryName'), scope)
    .flatMap((name) => withInserted(name, scope))
    .map((name) => name?.replace(inserted, anything));
  const texts = [...new Set(found.filter((name) => name !== undefined))];
  return {
    names: texts.filter((name) => !name.includes(anything)),
    patterns: texts.filter((name) => name.includes(anything)),
    isUnnamed: found.includes(undefined),
    logicalId: logicalId?.replace(inserted, anything),
  };
}

/** The partition of a Region, and the domain of its services; of the few others neither is taken to be known. */
function partitionOf(region: string): Record<string, Json> {
  if (region.startsWith('cn-')) return { 'AWS::Partition': 'aws-cn', 'AWS::URLSuffix': 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-'))
    return { 'AWS::Partition': 'aws-us-gov', 'AWS::URLSuffix': 'amazonaws.com' };
  return /^(us-iso|eu-iso|eusc-)/.test(region)
    ? {}
    : { 'AWS::Partition': 'aws', 'AWS::URLSuffix': 'amazonaws.com' };
}

/** The same scope, in which AWS's own parameters are known too, and none whose value is not to be shown. */
function deployedScope(scope: Scope, { accountId, region }: Deployment): Scope {
  const { declared = {} } = scope;
  const own = { 'AWS::AccountId': accountId, 'AWS::Region': region, ...partitionOf(region) };
  // A root of its own, since decisions about conditions are kept by it.
  return {
    ...scope,
    root: {},
    parameters: { ...withoutParameters(scope.parameters, (name) => isSecret(declared, name)), ...own },
  };
}

/** The scope at a path: inside the branch of an `Fn::If` its condition is known. */
function scopeAt(properties: Json, path: Path, outer: Scope): Scope {
  let scope = outer;
  let value: Json | undefined = properties;
  for (const [at, step] of path.entries()) {
    const choice: ReturnType<typeof readIf> = readIf(value ?? null);
    const branch = branches.find((name) => branchPath([], name)[1] === path[at + 1]);
    if (choice !== undefined && branch !== undefined) {
      scope = assume(scope, choice.condition, branch === 'whenTrue');
      value = choice[branch];
    } else if (typeof step === 'string' && at > 0) value = member(asObject(value), step) ?? value;
  }
  return scope;
}

type Names = readonly (string | undefined)[];

/** Every name that a value can be: undefined for none, a pattern for what is known in part. */
function namesOf(value: Json | undefined, scope: Scope): Names {
  const reading = read(value, scope);
  switch (reading.kind) {
    case 'absent':
      return [undefined];
    case 'literal':
      return [toText(reading.value) ?? anything];
    case 'choice':
      return atMost(
        reachableBranches(reading, [], scope)
          .filter(({ isSelected }) => isSelected)
          .flatMap((branch) => namesOf(branch.raw, branch.scope)),
      );
    case 'undetermined':
      return reading.possible === undefined
        ? partlyKnown(value ?? null, scope)
        : atMost(reading.possible.map((each) => toText(each) ?? anything));
    default:
      return reading satisfies never;
  }
}

/** Too many are as good as none known; that there may be no name remains known. */
function atMost(names: Names): Names {
  const different = [...new Set(names)];
  if (different.length <= maxNames) return different;
  return different.includes(undefined) ? [anything, undefined] : [anything];
}

/** Every name that a loop makes of one, whose text it treats like that of `Fn::Sub`. */
function withInserted(name: string | undefined, scope: Scope): Names {
  if (name?.match(inserted) == null) return [name];
  const pieces = readSubstitution(name.replaceAll('&{', '${'));
  return joined(
    pieces?.map((piece) => piecesOf(piece, scope)),
    '',
  );
}

/** What a loop puts in place of its identifier; undefined for any other value. */
function namesInLoop(value: Json, scope: Scope): Names | undefined {
  const identifier = refName(value) ?? '';
  const collection = member(scope.collections, identifier);
  if (collection === undefined) return undefined;
  const reading = read(collection, scope);
  const entries = reading.kind === 'literal' && isList(reading.value) ? reading.value : [];
  return entries.length === 0 ? [anything] : atMost(entries.map((entry) => entryName(entry, scope)));
}

/** An entry that another loop makes is not known: loops in loops would take their product of time. */
function entryName(entry: Json, scope: Scope): string {
  const reading = read(entry, scope);
  return reading.kind === 'literal' ? (toText(reading.value) ?? anything) : anything;
}

/** Text whose parts are known in part. Other functions can take a `*` apart, so only these two go on with one. */
function partlyKnown(value: Json, scope: Scope): Names {
  // Up to the next reference at most, or each of thousands that are never closed would be searched for its end.
  if (typeof value === 'string') return [value.replace(/\{\{resolve:(?:[^{}]|\{(?!\{))*\}\}/g, anything)];
  const ofLoop = namesInLoop(value, scope);
  if (ofLoop !== undefined) return ofLoop;
  const call = readFunction(value);
  if (call?.name === 'Sub')
    return joined(
      readSubstitution(call.argument)?.map((piece) => piecesOf(piece, scope)),
      '',
    );
  const [delimiter, list] = entriesOf(call?.argument);
  if (call?.name !== 'Join' || typeof delimiter !== 'string' || !isList(list)) return [anything];
  // An entry that may be left out takes a delimiter with it.
  const isCertain = list.every((entry) => isAbsent(entry, () => undefined) !== undefined);
  const entries = list.filter((entry) => isAbsent(entry, () => undefined) === false);
  return isCertain
    ? joined(
        entries.map((entry) => piecesOf(entry, scope)),
        delimiter,
      )
    : [anything];
}

function piecesOf(value: Json, scope: Scope): readonly string[] {
  return namesOf(value, scope).map((name) => name ?? anything);
}

/** Every text that can be made of one alternative of each part. */
function joined(parts: readonly (readonly string[])[] | undefined, delimiter: string): Names {
  if (parts === undefined) return [anything];
  let texts: readonly string[] = [];
  for (const [index, alternatives] of parts.entries()) {
    const few = texts.length * alternatives.length > maxNames ? [anything] : alternatives;
    texts = index === 0 ? few : texts.flatMap((text) => few.map((one) => `${text}${delimiter}${one}`));
  }
  return texts.length === 0 ? [anything] : texts;
}
