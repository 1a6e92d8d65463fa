/** The physical IDs of a `Custom::EcrSettings`. */
import { createHash } from 'node:crypto';
import { hashOf } from '../../reconcile/hash.ts';
import type { SettingsRequest } from './request.ts';

/** The parts of a physical ID. */
export type Identity = Pick<SettingsRequest, 'stackId' | 'logicalResourceId'>;

/** The hash of one request, the same at each of its deliveries. */
export function requestHash({ requestId }: Pick<SettingsRequest, 'requestId'>): string {
  return hashOf(requestId);
}

/**
 * The ID of the resource that a stack's logical ID makes: the same at each delivery of a request. Logical IDs have at
 * most 255 characters, so it keeps well under the 1,024 bytes of an ID.
 */
export function physicalIdOf(request: Identity): string {
  const stack = createHash('sha256').update(request.stackId).digest('hex').slice(0, 12);
  return `ecr-settings-${request.logicalResourceId}-${stack}`;
}

const notCreated = '-not-created-';

/**
 * The ID in the response of a failed Create; CloudFormation then sends Delete for it, which has to know whether changes
 * of that request remain: a duplicate delivery may have succeeded.
 */
export function failedId(request: Identity & Pick<SettingsRequest, 'requestId'>, isUndone: boolean): string {
  return `${physicalIdOf(request)}${isUndone ? notCreated + requestHash(request) : '-not-put-back'}`;
}

/** The hash of the failed Create that responded with this ID and reverted everything; undefined for other IDs. */
export function failedRequestOf(physicalResourceId: string, request: Identity): string | undefined {
  const [, hash] = physicalResourceId.split(`${physicalIdOf(request)}${notCreated}`);
  return hash;
}
