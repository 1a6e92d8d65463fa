/** Checks the tags that a template has. */
import type { Json } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { parseTags } from '../../core/settings/tags.ts';
import type { ControlContext } from '../control-context.ts';
import { templateReader } from '../template-reader.ts';
import { applyInside } from './apply-inside.ts';

/** Checks the tags at a path; `raw` is undefined where there are none. */
export function checkTags(raw: Json | undefined, path: Path, context: ControlContext): void {
  const tags = raw === undefined ? undefined : parseTags(raw, templateReader(context.scope));
  applyInside(context, { tags }, { path, raw: raw ?? null });
}
