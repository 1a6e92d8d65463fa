/** Checks the repository policies that a template has. */

import { isObject, type Json } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { parseRepositoryPolicy } from '../../core/settings/repository-policy.ts';
import { addUndetermined, branchContext, checkControl, refuse, unselected } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import { holdsChoice, subText } from '../intrinsics.ts';
import { jsonTextOf, reachableBranches, read } from '../reading.ts';
import { forAnyValues, type Scope } from '../scope.ts';
import { type Leaf, leaves, templateReader } from '../template-reader.ts';
import { applyIssuesInside, type DocumentPlace } from './apply-inside.ts';

/** Checks each possible policy at a path. */
export function checkRepositoryPolicy(raw: Json, path: Path, context: ControlContext): void {
  const reading = read(raw, context.scope);
  if (reading.kind === 'choice')
    for (const branch of reachableBranches(reading, path, context.scope))
      checkRepositoryPolicy(branch.raw, branch.path, branchContext(context, branch));
  else for (const leaf of leaves(raw, path, context.scope)) checkPolicy(leaf, context);
}

function checkPolicy({ raw, value, path }: Leaf, context: ControlContext): void {
  const map = jsonTextOf(raw, path);
  if (map !== undefined && isObject(map.raw)) {
    checkDocument(map.raw, map, context);
    return;
  }
  // Of an Fn::Sub that substitutes, the literal part may already show a public principal.
  const isPartial = value === undefined;
  const certain = value ?? context.scope.intrinsics().certainText(raw, context.scope);
  const known = certain ?? subText(raw, 'substituted');
  if (known !== undefined)
    checkDocument(known, { path, raw, isPartial, isWhole: certain !== undefined }, context);
  if (certain === undefined) addUndetermined(context, path, raw);
}

/** Checks what is known of one policy: with the values of this deployment, and, for a note, with any others. */
function checkDocument(known: Json, place: DocumentPlace, context: ControlContext): void {
  const { scope, addFinding } = context;
  const parsed = parseRepositoryPolicy(known, templateReader(scope));
  if (!('value' in parsed)) {
    if (place.isPartial !== true)
      for (const issue of parsed.issues) refuse(context, issue, { path: place.path });
    return;
  }
  const issues = issuesOf(known, place, context, scope);
  applyIssuesInside(context, issues, place);
  // Only conditions make a difference.
  if (!holdsChoice(known)) return;
  const now = issues.map(placeOf);
  const others = issuesOf(known, place, context, forAnyValues(scope)).filter(
    (issue) => !now.includes(placeOf(issue)),
  );
  const forNotes = {
    ...context,
    addFinding: (finding: Parameters<typeof addFinding>[0]) => addFinding(unselected(finding)),
  };
  applyIssuesInside(forNotes, others, place);
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
