/** How a request divides the function's time, in milliseconds. */
import type { Context } from 'aws-lambda';
import { member } from '../../core/json.ts';
import type { SettingsRequest } from './request.ts';

/**
 * What is left until nobody waits any more: for the function, or for CloudFormation, which an author's ServiceTimeout
 * makes give up earlier. Half of it is for the work, and nearly as much again to undo it.
 */
export function timeLeft(
  { properties }: SettingsRequest,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): number {
  const seconds = Number(member(properties, 'ServiceTimeout') ?? Number.POSITIVE_INFINITY);
  const waits = seconds > 0 ? seconds * 1000 * 0.9 : Number.POSITIVE_INFINITY;
  return Math.min(context.getRemainingTimeInMillis(), waits);
}

/** Of the function's time, when undoing has to end: enough is left to record it and to answer, with retries. */
export function undoTime(remainingMs: number): number {
  return remainingMs - Math.min(15_000, remainingMs / 4);
}

/** The same for recording in the claims what was undone and what was not. */
export function recordTime(remainingMs: number): number {
  return remainingMs - Math.min(12_000, remainingMs / 5);
}

/** Of the function's time, what answering may take: the handler still has to return. */
export function answerTime(remainingMs: number): number {
  return remainingMs - Math.min(1_000, remainingMs / 5);
}
