/**
 * In a build, a test that fails runs once more, and what it failed with is printed: on a busy machine one test of thousands may
 * be late, which must not fail a build for a change that is right. Everywhere else it fails at once.
 */
import { jest } from '@jest/globals';

if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });
