/** How a request divides the function's time, in milliseconds. */
import type { Context } from 'aws-lambda';
import { member } from '../../core/json.ts';
import type { SettingsRequest } from './request.ts';

/**
 * The time left until the function times out, or until CloudFormation stops waiting, which the author's ServiceTimeout
 * can make earlier. Half of it is for the work, and most of the rest for reverting it.
 */
export function timeLeft(
  { properties }: SettingsRequest,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): number {
  const given = member(properties, 'ServiceTimeout');
  const seconds = typeof given === 'string' || typeof given === 'number' ? Number(given) : 0;
  const waits = seconds > 0 ? seconds * 1000 * 0.9 : Number.POSITIVE_INFINITY;
  return Math.min(context.getRemainingTimeInMillis(), waits);
}

/** When reverting has to end: enough time is left to read what is unsure, to record it and to respond, with retries. */
export function undoTime(remainingMs: number): number {
  return remainingMs - Math.min(30_000, remainingMs / 3);
}

/** The same for recording in the claims what was reverted and what was not. */
export function recordTime(remainingMs: number): number {
  return remainingMs - Math.min(12_000, remainingMs / 5);
}

/** The time for the response: the handler still has to return. */
export function responseTime(remainingMs: number): number {
  return remainingMs - Math.min(1_000, remainingMs / 5);
}
