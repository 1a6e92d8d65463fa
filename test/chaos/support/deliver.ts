/** Delivers a request to the code of the custom resource, as its handler does, in a process that may die. */
import { deadlineIn } from '../../../aws/deadline.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { failedId, physicalIdOf, requestHash } from '../../../functions/custom-resource/identity.ts';
import type { SettingsRequest } from '../../../functions/custom-resource/request.ts';
import { serve } from '../../../functions/custom-resource/serve.ts';
import { type Session, startSession } from '../../../reconcile/session.ts';
import { ecrFor, type Process, tableFor, type World } from './world.ts';

/** What is the same for all requests of a history. */
export interface Application {
  readonly mutableTags: readonly string[];
  readonly allowWeakening: boolean;
}

/** What CloudFormation gets to know; `DEAD`: nothing. */
export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED' | 'DEAD';
  readonly id: string;
  readonly reason: string;
  /** Whether everything that a failed request had changed was reverted. */
  readonly isReverted: boolean;
}

const workingMs = 20_000;

export async function deliver(
  world: World,
  request: SettingsRequest,
  process: Process,
  { mutableTags, allowWeakening }: Application,
  isRollback: boolean | undefined,
): Promise<Answer> {
  const deadlines = [workingMs, 2 * workingMs, 2 * workingMs].map((milliseconds) => deadlineIn(milliseconds));
  const [working, undoing, recording] = deadlines;
  if (working === undefined || undoing === undefined || recording === undefined) throw new Error('no time');
  const session = startSession({
    ecr: {
      until: () => ecrFor(world, process),
      patiently: () => ecrFor(world, process),
      region: async () => 'us-east-1',
      speed: { perSecond: () => undefined, responseMs: () => undefined },
      close: () => undefined,
    },
    claims: { until: () => tableFor(world, process), close: () => undefined },
    ...{
      working,
      undoing,
      recording,
      allowWeakening,
      allowAccountSettings: true,
      allowExpiringImagesInUse: false,
    },
    policy: { ...builtInPolicy, MutableTags: mutableTags },
    // Nothing uses an image but what pulls it.
    usage: {
      registry: { registryId: '123456789012', region: 'us-east-1' },
      required: [],
      connect: () => ({
        read: async () => ({ readAt: 0, references: [], sources: {} }),
        close: () => undefined,
      }),
    },
    holder: physicalIdOf(request),
    request: requestHash(request),
    progress: { repositories: 0 },
    now: () => world.now,
    log: () => undefined,
  });
  const dead: Answer = { status: 'DEAD', id: '', reason: '', isReverted: false };
  try {
    return await Promise.race([answer(request, session, isRollback), process.died.then(() => dead)]);
  } finally {
    session.end();
    for (const deadline of deadlines) deadline.dispose();
  }
}

async function answer(
  request: SettingsRequest,
  session: Session,
  isRollback: boolean | undefined,
): Promise<Answer> {
  const fail = async (reason: string): Promise<Answer> => {
    const { failures } = await session.undo();
    const isReverted = failures.length === 0;
    const id = 'physicalResourceId' in request ? request.physicalResourceId : failedId(request, isReverted);
    return { status: 'FAILED', id, reason, isReverted };
  };
  try {
    const response = await serve(request, session, isRollback);
    if (response.status === 'FAILED') return await fail(response.reason);
    const { physicalResourceId: id, notes } = response;
    return { status: 'SUCCESS', id, reason: notes.join(', '), isReverted: true };
  } catch (error) {
    return fail(String(error));
  }
}
