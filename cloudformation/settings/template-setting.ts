import type { JsonObject } from '../../core/json.ts';
import type { ControlContext } from '../control-context.ts';
import type { HardenedType } from '../resource-types.ts';

/** Where a template has a setting, and how a control is applied to it there. */
export interface TemplateSetting {
  /** The resource types that have it. */
  readonly types: readonly HardenedType[];
  /** Whether it stands beside a resource's Properties, and not in them. */
  readonly isOfAttributes?: boolean;
  /**
   * The properties, or the resource with its attributes, with the control applied: the very same object when nothing
   * changes, never changed in place.
   *
   * @param type the resource's, one of `types`
   */
  readonly harden: (part: JsonObject, type: HardenedType, context: ControlContext) => JsonObject;
}
