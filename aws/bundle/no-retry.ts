/**
 * Stands in for `@smithy/core/retry` in the bundles (template.yaml names the alias).
 *
 * Repeating is ours (deadline.ts), since the SDK's retries give up while time is left: each attempt is one call, and
 * nothing of theirs would ever run.
 */

/** Leaves the client's settings as they are. */
export function resolveRetryConfig<Config>(config: Config): Config {
  return config;
}

/** The part of the SDK's stack of middleware that is used. */
interface Stack {
  add(middleware: <Next>(next: Next) => Next, options: Readonly<Record<string, unknown>>): void;
}

/** Adds a place that does nothing: the SDK's signing stands relative to it. */
export function getRetryPlugin(): { applyToStack(stack: Stack): void } {
  return {
    applyToStack: (stack) =>
      stack.add((next) => next, {
        name: 'retryMiddleware',
        step: 'finalizeRequest',
        priority: 'high',
        override: true,
      }),
  };
}

export const DEFAULT_RETRY_MODE = 'standard';
export const RETRY_MODES = { STANDARD: 'standard', ADAPTIVE: 'adaptive' };
// Never read, since mode and attempts are given.
export const NODE_RETRY_MODE_CONFIG_OPTIONS = {};
export const NODE_MAX_ATTEMPT_CONFIG_OPTIONS = {};
