/** Calls the table like any service, with retries while other requests use the same items. */
import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Call as AnyCall } from '../calls.ts';
import { type Deadline, pause } from '../deadline.ts';
import { loggableError } from '../faults.ts';

/** Calls one operation of DynamoDB. */
export type Call = AnyCall<DynamoDBClient>;

/** The table, and how it is called until a deadline. */
export interface Table {
  readonly name: string;
  readonly call: Call;
  readonly deadline: Deadline;
}

// Another request's transaction lasts for tens of milliseconds.
const firstPauseMs = 50;
const maxPauseMs = 5_000;

/**
 * Calls, and calls again while DynamoDB is busy with the same items, which is not a conflict of versions.
 *
 * @throws other errors of DynamoDB; OutOfTime at the deadline
 */
export function waitingForOthers(call: Call, deadline: Deadline): Call {
  return async (operation, send) => {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await call(operation, async (client, options) => {
        try {
          return { output: await send(client, options) };
        } catch (error) {
          if (isBusy(error)) return { busy: error };
          throw error;
        }
      });
      if ('output' in outcome) return outcome.output;
      await backOff(attempt, deadline, outcome.busy);
    }
  };
}

/**
 * Waits longer at each attempt.
 *
 * @param attempt from 0
 * @throws OutOfTime when the deadline comes first
 */
export function backOff(attempt: number, deadline: Deadline, last?: unknown): Promise<void> {
  // Random, so that two requests for the same items do not conflict again.
  return pause(Math.random() * Math.min(maxPauseMs, firstPauseMs * 2 ** attempt), deadline, last);
}

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const busyErrors = [
  'TransactionConflictException',
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
];
const busyReasons = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/** Whether DynamoDB refused the call because others use the items or the table at this moment. */
function isBusy(error: unknown): boolean {
  if (busyErrors.includes(loggableError(error).name)) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).flatMap(({ Code = 'None' }) =>
    Code === 'None' ? [] : [Code],
  );
  return codes.length > 0 && codes.every((code) => busyReasons.includes(code));
}
