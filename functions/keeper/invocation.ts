/** What an invocation of one of the keeper's functions has in common with the others: its log, its time, and its failure. */
import type { Context } from 'aws-lambda';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { visibleJson } from '../../core/visible.ts';
import type { Log } from '../../reconcile/log.ts';
import { failureEntry } from '../../sweep/failure.ts';

/** The part of Lambda's context that is used. */
export type FunctionContext = Pick<Context, 'getRemainingTimeInMillis'> &
  Partial<Pick<Context, 'invokedFunctionArn'>>;

/** The event is not what the state machine sends. */
export class UnexpectedEvent extends Error {
  override readonly name = 'UnexpectedEvent';
}

/** One JSON line for each entry. */
export const log: Log = (entry) =>
  console.log(visibleJson({ level: 'INFO', version: process.env.Version, ...entry }));

/** An event as an object. @throws {@link UnexpectedEvent} */
export function objectIn(event: unknown): JsonObject {
  if (!isObject(event)) throw new UnexpectedEvent('the event is not an object');
  return event;
}

/** A member of an event that is text. @throws {@link UnexpectedEvent} */
export function textIn(event: JsonObject, name: string): string {
  const value: Json | undefined = event[name];
  if (typeof value !== 'string') throw new UnexpectedEvent(`the event has no ${name}`);
  return value;
}

/** Runs a step; what it throws is logged, and ends it, for the state machine to try again or to report. */
export async function step<Output>(message: string, work: () => Promise<Output>): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    log({ level: 'ERROR', message: `${message} failed`, ...failureEntry(error) });
    throw error;
  }
}
