/** How claims show that a request rolls another one back: it has the properties from before. Pure. */
import type { Claim } from './record.ts';

/** The hashes of a request. */
interface Request {
  readonly properties: string;
  readonly replacedProperties: string;
}

/** Whether a request has the properties that the last change of a claim replaced. */
export function revertsLastChange(claim: Claim, { properties }: Pick<Request, 'properties'>): boolean {
  return claim.replacedProperties === properties && claim.properties !== properties;
}

/**
 * Whether a request replaces properties that never came into effect: the Update that had them failed. A second delivery of
 * an Update looks the same; what it would make less safe was kept by the first one.
 */
export function followsFailure(claim: Claim, { properties, replacedProperties }: Request): boolean {
  return claim.properties === properties && replacedProperties !== properties;
}
