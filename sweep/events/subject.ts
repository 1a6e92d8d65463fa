/** A repository that events name. */
import type { Repository } from '../../aws/ecr/ecr.ts';
import type { RegistryEvent } from '../../core/registry-events/event.ts';
import type { SweepItem } from '../items.ts';

/** A repository, and why it is looked at. */
export interface Subject {
  readonly repository: Repository;
  /** In order of time. */
  readonly events: readonly RegistryEvent[];
}

/** The repository as a sweep's items are; events have no list in which it has a place. */
export function itemOf({ name, arn, createdAt }: Repository): SweepItem {
  return { index: 0, name, arn, createdAt };
}
