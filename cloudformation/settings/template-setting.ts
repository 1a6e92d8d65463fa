import type { Json, JsonObject } from '../../core/json.ts';
import type { ControlContext } from '../control-context.ts';
import type { HardenedType } from '../resource-types.ts';

/** The new value of a name; undefined removes it. The same object as before is no change. */
export type Change = readonly [name: string, value: Json | undefined];

/** Where a template has a setting, and how a control is applied to it there. */
export interface TemplateSetting {
  /** The resource types that have it. */
  readonly types: readonly HardenedType[];
  /**
   * Every property that `harden` reads. Where a resource has none of them, what it decides is the same for all resources of the
   * type, and is decided once; left out, it is decided for each.
   */
  readonly reads?: readonly string[];
  /** Whether it is beside a resource's Properties, not in them. */
  readonly isOfAttributes?: boolean;
  /**
   * Applies a control to the properties, or to the resource with its attributes. The parts themselves are not changed.
   *
   * @param type the resource's, one of `types`
   * @returns what the control changes; settings have different names, so that the order of controls means nothing
   */
  readonly harden: (part: JsonObject, type: HardenedType, context: ControlContext) => readonly Change[];
}
