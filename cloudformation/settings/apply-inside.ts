import type { Json } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import type { KnownSettings } from '../../core/settings/settings.ts';
import { applyIssue, checkControl } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import { intrinsicName, mayHoldParameter } from '../intrinsics.ts';
import { standingAt } from '../template-reader.ts';

/** A document in a template. */
export interface DocumentPlace {
  readonly path: Path;
  readonly raw: Json | undefined;
  /** Whether only the literal part of it was looked at, which holds no parameter's value. */
  readonly isPartial?: boolean;
  /** Whether all of its structure is known; false for a text that may still get more. */
  readonly isWhole?: boolean;
}

/**
 * Checks a document that is never rewritten, and reports each issue at its path: in the template, in a text, or, for a
 * parameter's value, at the parameter, without the value.
 */
export function applyInside(context: ControlContext, settings: KnownSettings, place: DocumentPlace): void {
  applyIssuesInside(context, checkControl(context, settings), place);
}

/** The same for what the control has answered. */
export function applyIssuesInside(
  context: ControlContext,
  issues: ReturnType<ControlContext['control']['check']>,
  { path, raw: root, isPartial = false }: DocumentPlace,
): void {
  for (const issue of issues) {
    const { raw, inside } = standingAt(root ?? null, issue.path);
    const isResolved = !isPartial && intrinsicName(raw) !== undefined;
    const isHidden = inside.length > 0 && isResolved && mayHoldParameter(raw);
    const isInText = inside.length > 0 && !isHidden;
    const shown = isHidden ? issue.path.slice(0, -inside.length) : issue.path;
    const own = { ...issue, path: [] };
    applyIssue(context, own, {
      path: [...path, ...shown],
      raw: root === undefined ? undefined : isInText ? issue.actual : raw,
      write: writeNothing,
    });
  }
}

function writeNothing(): undefined {
  return undefined;
}
