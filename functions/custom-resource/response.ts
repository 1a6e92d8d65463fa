/** The answer to CloudFormation: what it may hold, and how it gets there. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Addressee } from './request.ts';

/** What was done, as CloudFormation's stack events and `Fn::GetAtt` show it. */
export type Answer =
  | {
      readonly status: 'SUCCESS';
      readonly physicalResourceId: string;
      readonly data: Readonly<Record<string, string>>;
    }
  | { readonly status: 'FAILED'; readonly physicalResourceId: string; readonly reason: string };

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
const mostBytes = 4096;

/**
 * The response's body: at most 4,096 bytes, with the reason cut between characters where it must be.
 *
 * An answer whose attributes alone are too large becomes a failure that says so, since CloudFormation would
 * refuse it and leave the stack waiting.
 */
export function responseBody(to: Addressee, answer: Answer): string {
  const common = {
    PhysicalResourceId: answer.physicalResourceId,
    StackId: to.stackId,
    RequestId: to.requestId,
    LogicalResourceId: to.logicalResourceId,
  };
  if (answer.status === 'SUCCESS') {
    const body = JSON.stringify({ Status: 'SUCCESS', ...common, Data: answer.data });
    if (Buffer.byteLength(body) <= mostBytes) return body;
    const reason = `The attributes of ${to.logicalResourceId} do not fit into CloudFormation's 4,096 bytes.`;
    return responseBody(to, { status: 'FAILED', physicalResourceId: answer.physicalResourceId, reason });
  }
  const write = (reason: string) => JSON.stringify({ Status: 'FAILED', Reason: reason, ...common });
  return write(fitting(answer.reason, (reason) => Buffer.byteLength(write(reason)) <= mostBytes));
}

/** The longest beginning of a text that fits, cut between whole characters. */
function fitting(text: string, fits: (text: string) => boolean): string {
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

const mostAttempts = 5;
const firstPauseMs = 200;

/** What sending depends on: whether plain http may be used, and how to wait. */
export interface Sending {
  /** Only where the environment names a local endpoint. */
  readonly allowHttp: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * PUTs a body to CloudFormation's pre-signed URL.
 *
 * Retried with backoff when the network or a 5xx fails it; a 4xx is final, since the same request would meet
 * the same answer.
 *
 * @throws an error without the URL, whose query is a credential
 */
export async function sendResponse(url: string, body: string, { allowHttp, sleep }: Sending): Promise<void> {
  const target = new URL(url);
  if (target.protocol !== 'https:' && !(allowHttp && target.protocol === 'http:'))
    throw new Error(`the ResponseURL must be https, not ${target.protocol}`);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await put(target, body);
    if (outcome === 'sent') return;
    if (!outcome.isPassing || attempt === mostAttempts)
      throw new Error(`CloudFormation did not take the answer: ${outcome.reason} (attempt ${attempt})`);
    await sleep(firstPauseMs * 2 ** (attempt - 1));
  }
}

type Outcome = 'sent' | { readonly isPassing: boolean; readonly reason: string };

function put(target: URL, body: string): Promise<Outcome> {
  // node:https rather than fetch: the first fetch loads undici, which costs as much as starting Node.
  const request = target.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve) => {
    const sent = request(
      target,
      {
        method: 'PUT',
        // The URL is signed for an empty content type.
        headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
        timeout: 10_000,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(
          status >= 200 && status < 300 ? 'sent' : { isPassing: status >= 500, reason: `status ${status}` },
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 seconds')));
    sent.on('error', (error) => resolve({ isPassing: true, reason: error.message }));
    sent.end(body);
  });
}
