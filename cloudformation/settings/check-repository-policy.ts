/** Checks the repository policies that a template has. */

import { isList, isObject, type Json, mapMembers, textOf } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { parsePolicyText, parseRepositoryPolicy } from '../../core/settings/repository-policy.ts';
import { addUndetermined, branchContext, checkControl, refuse, unselected } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import {
  dynamicReference,
  generatesResources,
  holdsChoice,
  intrinsicName,
  placeholder,
} from '../intrinsics.ts';
import { jsonTextOf, reachableBranches, read } from '../reading.ts';
import { forAnyValues, type Scope } from '../scope.ts';
import { type Leaf, leaves, templateReader } from '../template-reader.ts';
import { applyIssuesInside, type DocumentPlace } from './apply-inside.ts';

/** Checks each possible policy at a path. */
export function checkRepositoryPolicy(raw: Json, path: Path, context: ControlContext): void {
  const map = jsonTextOf(raw, path);
  const reading = read(raw, context.scope);
  // A function makes the text of a map, which may be a choice.
  if (map !== undefined && isObject(map.raw)) checkRepositoryPolicy(map.raw, map.path, context);
  else if (reading.kind === 'choice')
    for (const branch of reachableBranches(reading, path, context.scope))
      checkRepositoryPolicy(branch.raw, branch.path, branchContext(context, branch));
  else if (reading.kind === 'literal' && isList(reading.value)) refuse(context, notAPolicy, { path });
  else for (const leaf of leaves(raw, path, context.scope)) checkPolicy(leaf, context);
}

function checkPolicy({ raw, value, path }: Leaf, context: ControlContext): void {
  if (value !== undefined) {
    if (!checkDocument(value, { path, raw }, context)) refuse(context, notAPolicy, { path });
    else if (value === raw) addOpenMaps(value, path, context);
    return;
  }
  const { scope } = context;
  const certain = scope.intrinsics().certainText(raw, scope);
  const isPartial = certain === certainWithoutParameters(raw, scope);
  if (
    certain !== undefined &&
    !hasOpenEffect(parsePolicyText(certain) ?? null) &&
    checkDocument(certain, { path, raw, isPartial }, context)
  )
    return;
  checkLiteralPart({ raw, path }, context);
  addUndetermined(context, path, raw);
}

/** Whether it is not known if a statement allows something. */
function hasOpenEffect(value: Json): boolean {
  if (isList(value)) return value.some(hasOpenEffect);
  if (!isObject(value)) return false;
  return textOf(value.Effect).includes(placeholder) || Object.values(value).some(hasOpenEffect);
}

/** Checks what is literal in a text that is not known: it may already show a public principal. */
function checkLiteralPart({ raw, path }: Pick<Leaf, 'raw' | 'path'>, context: ControlContext): void {
  const { scope, addFinding } = context;
  const literal = parsePolicyText(scope.intrinsics().literalText(raw, scope) ?? '');
  if (literal === undefined) return;
  // That a part of it is not known is reported of the whole text.
  const known: ControlContext['addFinding'] = (finding) => {
    if (finding.code !== 'unknown' && finding.code !== 'unknown-refused') addFinding(finding);
  };
  const place = { path, raw, isPartial: true, isWhole: false };
  checkDocument(withUnknown(literal), place, { ...context, addFinding: known });
}

/** The same value with one that is not known for each placeholder, and for each map in a condition that has one as a key. */
function withUnknown(value: Json, isInCondition = false): Json {
  if (value === placeholder || value === Number(placeholder)) return dynamicReference;
  if (isList(value)) return value.map((entry) => withUnknown(entry, isInCondition));
  if (!isObject(value)) return value;
  // It may be one that confines the principals.
  if (isInCondition && Object.keys(value).some((key) => key.includes(placeholder))) return dynamicReference;
  return mapMembers(value, (entry, key) => withUnknown(entry, isInCondition || key === 'Condition'));
}

/** The same text, unless it has a parameter's value in it, which is not to be shown. */
function certainWithoutParameters(raw: Json, scope: Scope): string | undefined {
  return scope.intrinsics().certainText(raw, { ...scope, parameters: {}, root: {} });
}

/**
 * Reports maps in a policy to which a loop or a snippet may add members, such as a principal. What is added to a condition only
 * restricts it further, and a denial opens nothing.
 */
function addOpenMaps(value: Json, path: Path, context: ControlContext): void {
  if (isList(value))
    for (const [index, each] of value.entries()) addOpenMaps(each, [...path, index], context);
  if (!isObject(value) || value.Effect === 'Deny') return;
  const name = Object.keys(value).find(generatesResources);
  // One alone is an intrinsic function, which is read as one.
  if (name !== undefined && intrinsicName(value) === undefined) addUndetermined(context, path, value, name);
  for (const [key, each] of Object.entries(value))
    if (key !== 'Condition') addOpenMaps(each, [...path, key], context);
}

const notAPolicy = { code: 'not-a-policy', path: [] } as const;

/**
 * Checks what is known of one policy: with the values of this deployment, and, for a note, with any others.
 *
 * @returns false, and reports nothing, if it is no policy
 */
function checkDocument(known: Json, place: DocumentPlace, context: ControlContext): boolean {
  const { scope, addFinding } = context;
  if (!('value' in parseRepositoryPolicy(known, templateReader(scope)))) return false;
  const issues = issuesOf(known, place, context, scope);
  applyIssuesInside(context, issues, place);
  // Only conditions make a difference.
  if (!holdsChoice(known)) return true;
  const now = issues.map(placeOf);
  const others = issuesOf(known, place, context, forAnyValues(scope)).filter(
    (issue) => !now.includes(placeOf(issue)),
  );
  const forNotes: ControlContext = { ...context, addFinding: (finding) => addFinding(unselected(finding)) };
  applyIssuesInside(forNotes, others, place);
  return true;
}

type Issues = ReturnType<ControlContext['control']['check']>;

/**
 * What the control finds in any of the cases that the conditions of a policy can be: what one condition decides in several
 * places is the same in all of them.
 */
function issuesOf(known: Json, place: DocumentPlace, context: ControlContext, scope: Scope): Issues {
  const { scopes, isDecided } = holdsChoice(known)
    ? scope.intrinsics().decidedScopes(known, scope)
    : { scopes: [scope], isDecided: true };
  const found = scopes.flatMap((each) => {
    const reader = templateReader(each, isDecided && place.isWhole !== false);
    const parsed = parseRepositoryPolicy(known, reader);
    return 'value' in parsed ? checkControl(context, { repositoryPolicy: parsed.value }) : [];
  });
  const first = new Map<string, Issues[number]>();
  for (const issue of found) if (!first.has(placeOf(issue))) first.set(placeOf(issue), issue);
  return [...first.values()];
}

/** One issue is reported a place: the first one. */
function placeOf({ path, verdict }: Issues[number]): string {
  return JSON.stringify([path, verdict]);
}
