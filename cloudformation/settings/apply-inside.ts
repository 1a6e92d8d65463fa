import type { Json } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import type { KnownSettings } from '../../core/settings/settings.ts';
import { applyIssue, type ControlContext } from '../control-context.ts';
import { refName } from '../intrinsics.ts';
import { standingAt } from '../template-reader.ts';

/**
 * Checks a document that is never rewritten, and reports each issue at its path: in the template, in a text, or, for a
 * parameter's value, at the parameter, without the value.
 */
export function applyInside(
  context: ControlContext,
  settings: KnownSettings,
  { path, raw: root }: { readonly path: Path; readonly raw: Json | undefined },
): void {
  for (const issue of context.control.check(settings, context.policy)) {
    const { raw, inside } = standingAt(root ?? null, issue.path);
    const isHidden = inside.length > 0 && refName(raw) !== undefined;
    const isInText = inside.length > 0 && !isHidden;
    const shown = isHidden ? issue.path.slice(0, -inside.length) : issue.path;
    applyIssue(context, issue, {
      path: [...path, ...shown],
      raw: root === undefined ? undefined : isInText ? issue.actual : raw,
      write: writeNothing,
    });
  }
}

function writeNothing(): undefined {
  return undefined;
}
