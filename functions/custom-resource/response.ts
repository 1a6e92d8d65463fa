/** The response to CloudFormation, and how it is sent. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type {
  CloudFormationCustomResourceFailedResponse,
  CloudFormationCustomResourceSuccessResponse,
} from 'aws-lambda';
import { type Deadline, OutOfTime, retryUntil } from '../../aws/deadline.ts';
import type { ResponseTarget } from './request.ts';

type Success = CloudFormationCustomResourceSuccessResponse;
type Common = Omit<Success, 'Status' | 'Reason' | 'Data'>;

/** The result, as stack events and `Fn::GetAtt` show it. */
export type CustomResourceResponse =
  | {
      readonly status: 'SUCCESS';
      readonly physicalResourceId: string;
      readonly data: Readonly<Record<string, string>>;
      /** Notes, a clause each. */
      readonly notes: readonly string[];
    }
  | { readonly status: 'FAILED'; readonly physicalResourceId: string; readonly reason: string };

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
const maxBytes = 4096;

/**
 * The response's body: at most 4,096 bytes, with the reason cut between characters where it must be.
 *
 * A response whose attributes alone are too large becomes FAILED with that reason, since CloudFormation would reject it
 * and keep the stack waiting.
 */
export function responseBody(to: ResponseTarget, answer: CustomResourceResponse): string {
  const common: Common = {
    PhysicalResourceId: answer.physicalResourceId,
    StackId: to.stackId,
    RequestId: to.requestId,
    LogicalResourceId: to.logicalResourceId,
  };
  if (answer.status === 'SUCCESS') {
    const { data, notes } = answer;
    const write = (text: string) => {
      const reason = text === '' ? {} : { Reason: text };
      const body: Success = { Status: 'SUCCESS', ...reason, ...common, Data: data };
      return JSON.stringify(body);
    };
    if (isFitting(write(''))) return write(truncateNotes(notes, (text) => isFitting(write(text))));
    const reason = `The attributes of ${to.logicalResourceId} do not fit into CloudFormation's 4,096 bytes.`;
    return responseBody(to, { status: 'FAILED', physicalResourceId: answer.physicalResourceId, reason });
  }
  const write = (Reason: string) => {
    const body: CloudFormationCustomResourceFailedResponse = { Status: 'FAILED', Reason, ...common };
    return JSON.stringify(body);
  };
  // CloudFormation requires a reason, and half of a surrogate pair is not a character.
  const whole = answer.reason.toWellFormed() || 'No reason is known.';
  return write(truncateText(whole, (reason) => isFitting(write(reason))));
}

function isFitting(body: string): boolean {
  return Buffer.byteLength(body) <= maxBytes;
}

/** As many notes as fit, with the number of the rest; the log has them all. */
function truncateNotes(notes: readonly string[], fits: (text: string) => boolean): string {
  const text = (count: number) => {
    const rest = notes.length - count;
    return [...notes.slice(0, count), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ').toWellFormed();
  };
  if (fits(text(notes.length))) return text(notes.length);
  // From the first one on: there may be a note about each of 5,000 repositories, and few fit.
  let longest = '';
  for (let count = 1; count < notes.length && fits(text(count)); count += 1) longest = text(count);
  return longest;
}

/** The longest beginning of a text that fits, cut between whole characters. */
function truncateText(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const characters = Array.from(text);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${characters.slice(0, middle).join('')}…`)) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join('')}…`;
}

// S3 responds in well under a second.
const attemptMs = 5_000;

/** What sending depends on. */
export interface Sending {
  /** Only where the environment names a local endpoint. */
  readonly allowHttp: boolean;
  readonly deadline: Deadline;
}

/**
 * PUTs a body to CloudFormation's pre-signed URL.
 *
 * Retried until the deadline after network errors and 5xx; a 4xx is final, since a retry would get the same
 * response.
 *
 * @throws an error without the URL, whose query is a credential
 */
export async function sendResponse(
  url: string,
  body: string,
  { allowHttp, deadline }: Sending,
): Promise<void> {
  const target = new URL(url);
  if (target.protocol !== 'https:' && !(allowHttp && target.protocol === 'http:'))
    throw new Error(`the ResponseURL must be https, not ${target.protocol}`);
  let attempts = 0;
  const attempt = (signal: AbortSignal) => {
    attempts += 1;
    return put(target, body, signal);
  };
  try {
    await retryUntil(attempt, {
      deadline,
      attemptMs,
      isTransient: (error) => !(error instanceof PermanentHttpError),
    });
  } catch (error) {
    const failure = error instanceof OutOfTime ? (error.cause ?? error) : error;
    const reason = failure instanceof Error ? failure.message : String(failure);
    throw new Error(`CloudFormation did not accept the response: ${reason} (attempt ${attempts})`);
  }
}

class PermanentHttpError extends Error {}

function put(target: URL, body: string, signal: AbortSignal): Promise<void> {
  // node:https rather than fetch: the first fetch loads undici, which costs as much as starting Node.
  const request = target.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: 'PUT',
        // The URL is signed for an empty content type.
        headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
        // A connection kept from an earlier invocation would be closed after the function was frozen.
        agent: false,
        signal,
      },
      (response) => {
        // Nothing of the body matters, and it may have no end.
        response.destroy();
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new (status >= 500 ? Error : PermanentHttpError)(`status ${status}`));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
