/** The life of a `Custom::EcrSettings`: what each kind of request does. */
import { createHash } from 'node:crypto';
import { OutOfTime } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { apply } from './apply.ts';
import { explain } from './failure.ts';
import { fingerprint } from './fingerprint.ts';
import { holderOf } from './memory.ts';
import { parseProperties } from './properties/properties.ts';
import { release } from './release.ts';
import type { SettingsRequest } from './request.ts';
import type { Answer } from './response.ts';
import type { Surroundings } from './surroundings.ts';
import { readTags, repositoriesNamed, wholeRegistry } from './survey.ts';

/**
 * Serves one request. What the SDK throws is left to the caller, who turns it into an answer.
 */
export async function serve(request: SettingsRequest, surroundings: Surroundings): Promise<Answer> {
  switch (request.requestType) {
    case 'Create':
      return apply(request, physicalIdOf(request), surroundings);
    case 'Update':
      return apply(request, request.physicalResourceId, surroundings);
    case 'Delete':
      return remove(request, surroundings);
    default:
      return request satisfies never;
  }
}

/** What a physical id is made from. */
type Identity = Pick<SettingsRequest, 'stackId' | 'logicalResourceId'>;

/** One request, as a memory names it. */
function requestMark({ requestId }: Pick<SettingsRequest, 'requestId'>): string {
  return fingerprint(requestId);
}

/**
 * The id of the resource that a stack's logical ID makes: the same at each delivery of a request. Logical IDs
 * have at most 255 characters, so it keeps well under the 1,024 bytes of an id.
 */
function physicalIdOf(request: Identity): string {
  const stack = createHash('sha256').update(request.stackId).digest('hex').slice(0, 12);
  return `ecr-settings-${request.logicalResourceId}-${stack}`;
}

const notCreated = '-not-created-';

/**
 * The id that a failed Create answers with; CloudFormation then sends Delete for it, which has to know whether there is
 * anything left to be put back: of that very request, where a second delivery of it may have succeeded.
 */
export function failedId(request: Identity & Pick<SettingsRequest, 'requestId'>, isPutBack: boolean): string {
  return `${physicalIdOf(request)}${isPutBack ? notCreated + requestMark(request) : '-not-put-back'}`;
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
  const id = physicalIdOf(request);
  // Its Create failed, and changed nothing or put everything back.
  const [, failed] = physicalResourceId.split(`${id}${notCreated}`);
  const parsed = parseProperties(request.properties);
  if ('problems' in parsed) {
    // An earlier version of the application may have taken them; no stack may become impossible to delete.
    surroundings.log({ level: 'WARN', message: 'properties refused: what it holds stays as it is' });
    return succeed([
      'Its properties are refused, so what it holds stays as it is, tags ecr-hardening:* included',
    ]);
  }
  if (parsed.wanted.selection === undefined) return succeed([]);
  const { selection, onDelete, dryRun } = parsed.wanted;
  // Another id: its Create could not put everything back, or CloudFormation never heard its answer.
  const how = physicalResourceId === id ? onDelete : 'Undo';
  const mayFail = how !== 'Retain' && failed === undefined;
  try {
    const named = await repositoriesNamed(dryRun ? wholeRegistry(selection) : selection, surroundings);
    const tagged = await readTags(named, surroundings);
    return succeed(
      await release(tagged, { holder: holderOf(id), how, onlyOf: failed, mayFail }, surroundings),
    );
  } catch (error) {
    if (mayFail) throw error;
    // Only what was remembered stays behind, which harms nobody; a stack that cannot be deleted would.
    const cause =
      error instanceof OutOfTime && error.cause !== undefined ? loggableError(error.cause) : undefined;
    surroundings.log({
      level: 'WARN',
      message: 'the memory stays behind',
      error: loggableError(error),
      cause,
    });
    return succeed([`The tags ecr-hardening:* of its repositories stay behind: ${explain(error)}`]);
  }
}
