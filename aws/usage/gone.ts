/** What is deleted between being listed and being read: it uses no image. */
import { rootError } from '../call-error.ts';

/** An error with which a service says that something does not exist. */
export interface GoneError {
  readonly name: string;
  /** Where the service has no error of its own for it. */
  readonly message?: RegExp;
}

export function isGone(error: unknown, errors: readonly GoneError[]): boolean {
  const root = rootError(error);
  return (
    root instanceof Error &&
    errors.some(({ name, message }) => root.name === name && (message?.test(root.message) ?? true))
  );
}
