/** The repositories that one instance of the function has looked at: pushes to them need not be looked at again. */
import type { Repository } from '../../aws/ecr/ecr.ts';

export interface SeenRepositories {
  has(repository: Pick<Repository, 'arn' | 'createdAt'>, now: number): boolean;
  add(repository: Pick<Repository, 'arn' | 'createdAt'>, now: number): void;
}

const keptMs = 24 * 60 * 60 * 1000;
const maxKept = 10_000;

export function startSeen(): SeenRepositories {
  // The oldest first.
  const seenAt = new Map<string, number>();
  const keyOf = ({ arn, createdAt }: Pick<Repository, 'arn' | 'createdAt'>) => `${arn} ${createdAt}`;
  return {
    has: (repository, now) => now - (seenAt.get(keyOf(repository)) ?? -Infinity) < keptMs,
    add(repository, now) {
      const key = keyOf(repository);
      seenAt.delete(key);
      seenAt.set(key, now);
      for (const oldest of seenAt.keys()) {
        if (seenAt.size <= maxKept) break;
        seenAt.delete(oldest);
      }
    },
  };
}
