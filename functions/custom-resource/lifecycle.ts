/** The life of a `Custom::EcrSettings`: what each kind of request does. */
import { createHash } from 'node:crypto';
import { OutOfTime } from '../runtime/deadline.ts';
import { outline } from '../runtime/faults.ts';
import { apply } from './apply.ts';
import { explain } from './failure.ts';
import { holderOf } from './memory.ts';
import { parseProperties } from './properties/properties.ts';
import { release } from './release.ts';
import type { SettingsRequest } from './request.ts';
import type { Answer } from './response.ts';
import type { Surroundings } from './surroundings.ts';
import { readTags, repositoriesNamed } from './survey.ts';

/**
 * Serves one request. What the SDK throws is left to the caller, who turns it into an answer.
 */
export async function serve(request: SettingsRequest, surroundings: Surroundings): Promise<Answer> {
  switch (request.requestType) {
    case 'Create':
      return apply(request, physicalIdOf(request), notCreatedId(request), surroundings);
    case 'Update':
      // A failed Update must echo the id: another one would tell CloudFormation that the resource was replaced.
      return apply(request, request.physicalResourceId, request.physicalResourceId, surroundings);
    case 'Delete':
      return remove(request, surroundings);
    default:
      return request satisfies never;
  }
}

/** What a physical id is made from. */
type Identity = Pick<SettingsRequest, 'stackId' | 'logicalResourceId'>;

/**
 * The id of the resource that a stack's logical ID makes: the same at each delivery of a request. Logical IDs
 * have at most 255 characters, so it keeps well under the 1,024 bytes of an id.
 */
function physicalIdOf(request: Identity): string {
  const stack = createHash('sha256').update(request.stackId).digest('hex').slice(0, 12);
  return `ecr-settings-${request.logicalResourceId}-${stack}`;
}

/** The id that a failed Create answers with; CloudFormation then sends Delete for it. */
export function notCreatedId(request: Identity): string {
  return `${physicalIdOf(request)}-not-created`;
}

async function remove(
  request: Extract<SettingsRequest, { readonly requestType: 'Delete' }>,
  surroundings: Surroundings,
): Promise<Answer> {
  const { physicalResourceId } = request;
  const succeed = (notes: readonly string[]): Answer => ({
    status: 'SUCCESS',
    physicalResourceId,
    notes,
    data: {},
  });
  const parsed = parseProperties(request.properties);
  // With properties that are refused nothing was ever made.
  if ('problems' in parsed || parsed.wanted.selection === undefined) return succeed([]);
  const { selection, onDelete } = parsed.wanted;
  const id = physicalIdOf(request);
  // CloudFormation never heard of the id that this resource makes: its Create failed, or its answer was lost.
  const how = physicalResourceId === id ? onDelete : 'Undo';
  try {
    const named = await repositoriesNamed(selection, surroundings);
    const tagged = await readTags(named, surroundings);
    return succeed(await release(tagged, holderOf(id), how, surroundings));
  } catch (error) {
    if (how !== 'Retain') throw error;
    // Only what was remembered stays behind, which harms nobody; a stack that cannot be deleted would.
    const cause = error instanceof OutOfTime && error.cause !== undefined ? outline(error.cause) : undefined;
    surroundings.log({ level: 'WARN', message: 'the memory stays behind', error: outline(error), cause });
    return succeed([`The tags ecr-hardening:* of its repositories stay behind: ${explain(error)}`]);
  }
}
