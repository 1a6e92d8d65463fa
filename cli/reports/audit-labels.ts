/** An audit's values in the few words that a cell holds. Pure. */
import type { Readiness, RepositoryAudit } from '../../audit/audit.ts';
import { isUnknown, type Known } from '../../audit/reading.ts';

/** What a cell says of something that could not be read. */
export const unknownWord = 'unknown';

export function cell<Value>(value: Known<Value>, words: (value: Value) => string): string {
  return isUnknown(value) ? unknownWord : words(value);
}

export function tagsWords({ tagMutability: { mutability, exclusions } }: RepositoryAudit): string {
  const except = exclusions.length === 0 ? '' : ` except ${exclusions.join(', ')}`;
  return `${mutability.startsWith('IMMUTABLE') ? 'immutable' : 'mutable'}${except}`;
}

export function lifecycleWords({ lifecyclePolicy }: RepositoryAudit): string {
  return cell(lifecyclePolicy, ({ kind, problems }) =>
    kind === 'none' ? 'none' : problems.length > 0 ? 'unsound' : 'yes',
  );
}

export function scannedWords({ scanned }: RepositoryAudit): string {
  return cell(scanned, ({ how }) => (how === 'not' ? 'no' : how));
}

/** What to do about immutability, in three words at most. */
export function readinessWords({ verdict, exclusions }: Readiness): string {
  switch (verdict) {
    case 'done':
      return 'done';
    case 'now':
      return 'now';
    case 'with-exclusions':
      return `except ${exclusions.join(', ')}`;
    case 'stop-first':
      return 'stop tags first';
    case 'unclear':
      return 'unclear';
    default:
      return verdict satisfies never;
  }
}
