/** Follows an execution until it has ended. */
import type { Deadline } from '../../aws/deadline.ts';
import { pause } from '../../aws/deadline.ts';
import type { ExecutionState, Executions } from '../../aws/step-functions/executions.ts';

export interface FollowContext {
  readonly deadline: Deadline;
  /** Ends following. */
  readonly stop: AbortSignal;
  /** Milliseconds between two looks. */
  readonly pollMs?: number;
  /** Called with how many repositories are done, and how many there are. */
  readonly onProgress: (done: number, total: number) => void;
}

const defaultPollMs = 2_000;

/** @returns how it ended; undefined if following was ended before */
export async function follow(
  executions: Executions,
  name: string,
  { deadline, stop, pollMs = defaultPollMs, onProgress }: FollowContext,
): Promise<ExecutionState | undefined> {
  try {
    for (;;) {
      const state = await executions.state(name);
      if (state.status !== 'RUNNING' && state.status !== 'PENDING_REDRIVE') return state;
      const progress = await executions.progress(name);
      if (progress !== undefined) onProgress(progress.done, progress.total);
      await pause(pollMs, deadline);
    }
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}
