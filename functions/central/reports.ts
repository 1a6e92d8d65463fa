/** The reports in messages of the queue. Pure. */
import type { SQSEvent } from 'aws-lambda';
import { isObject } from '../../core/json.ts';
import { centralDetailType, centralSource, parseCentralSweep } from '../../sweep/central/event.ts';
import type { CentralRegistry } from '../../sweep/central/registries.ts';
import { parsedJson } from '../../sweep/parsed-json.ts';

/** An event that is not one of a keeper. */
export interface RejectedEvent {
  /** By the envelope; empty if it has none. */
  readonly account: string;
  readonly reason: 'not an event' | 'not a sweep' | 'begins in the future';
}

/** What the messages come to. */
export interface ReadReports {
  readonly reports: readonly CentralRegistry[];
  readonly rejected: readonly RejectedEvent[];
}

// Clocks differ, but not by a day: a sweep from the future would keep away all later ones.
const maxAheadMs = 24 * 60 * 60_000;

/**
 * Account and Region are those of the envelope, which EventBridge sets: whatever the detail of an event says, it is about its sender's
 * own account.
 *
 * @param now milliseconds since 1970
 */
export function readReports({ Records }: SQSEvent, now: number): ReadReports {
  const reports: CentralRegistry[] = [];
  const rejected: RejectedEvent[] = [];
  for (const { body, attributes } of Records) {
    const event = parsedJson(body);
    // The hourly message.
    if (isObject(event) && event.kind === 'tick') continue;
    const sent = Number(attributes.SentTimestamp);
    const read = readReport(event, Number.isFinite(sent) ? sent : now);
    if ('reason' in read) rejected.push(read);
    else reports.push(read);
  }
  return { reports, rejected };
}

function readReport(event: unknown, receivedAt: number): CentralRegistry | RejectedEvent {
  const { account, region, source, 'detail-type': type, detail } = isObject(event) ? event : {};
  if (typeof account !== 'string' || !/^\d{12}$/.test(account))
    return { account: '', reason: 'not an event' };
  if (typeof region !== 'string' || !/^[a-z]{2}[a-z0-9-]{1,30}$/.test(region))
    return { account, reason: 'not an event' };
  const sweep =
    source === centralSource && type === centralDetailType ? parseCentralSweep(detail) : undefined;
  if (sweep === undefined) return { account, reason: 'not a sweep' };
  if (sweep.startedAt > receivedAt + maxAheadMs) return { account, reason: 'begins in the future' };
  return { ...sweep, account, region, receivedAt };
}
