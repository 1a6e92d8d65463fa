import { describe, expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import {
  hasNoResponse,
  isAnswer,
  isDenied,
  isFeatureDisabled,
  isNotFound,
  isRejected,
  isRepositoryNotFound,
  isThrottled,
  isTransient,
  loggableError,
  unlessNotFound,
} from '../../../aws/faults.ts';
import { explain } from '../../../wording/failures.ts';

const sdkError = (name: string, status = 400, message = 'no') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, requestId: 'r1' } });
const called = (cause: unknown) => new AwsCallError('PutImageTagMutability', 'payments/api', cause);

describe('a failed call is read by what the service said', () => {
  test.each([
    ['throttled', isThrottled, 'ThrottlingException', 400],
    ['throttled', isThrottled, 'Whatever', 429],
    ['throttled', isThrottled, 'ThrottledException', 400],
    ['throttled', isThrottled, 'RequestThrottled', 403],
    ['throttled', isThrottled, 'KMSThrottlingException', 400],
    ['transient', isTransient, 'ServerException', 500],
    ['transient', isTransient, 'RequestTimeout', 400],
    ['transient', isTransient, 'LifecyclePolicyPreviewInProgressException', 400],
    ['rejected', isRejected, 'InvalidParameterException', 400],
    ['denied', isDenied, 'AccessDeniedException', 400],
    ['no such repository', isRepositoryNotFound, 'RepositoryNotFoundException', 400],
    ['an answer', isAnswer, 'LifecyclePolicyNotFoundException', 400],
  ])('%s', (_what, reads, name, status) => {
    expect(reads(sdkError(name, status))).toBe(true);
    expect(reads(called(sdkError(name, status)))).toBe(true);
    expect(reads(called(new Error('a defect of ours')))).toBe(false);
  });

  test('unanswered', () => {
    expect(hasNoResponse(called(Object.assign(new Error('read'), { code: 'ECONNRESET' })))).toBe(true);
    expect(hasNoResponse(called(sdkError('TimeoutError')))).toBe(false);
  });

  test('throttling is no answer, and neither is a fault of the service', () => {
    expect(isAnswer(called(sdkError('ThrottlingException')))).toBe(false);
    expect(isAnswer(called(sdkError('ServerException', 503)))).toBe(false);
  });

  test('a feature is disabled only where ECR says so', () => {
    const validation = (message: string) => called(sdkError('ValidationException', 400, message));
    expect(isFeatureDisabled(validation('This feature is disabled'))).toBe(true);
    expect(isFeatureDisabled(validation('1 validation error detected'))).toBe(false);
  });

  test('what does not exist is undefined, and nothing else', async () => {
    const failing = (name: string) => () => Promise.reject(called(sdkError(name)));
    expect(await unlessNotFound(['image', 'scan'], failing('ScanNotFoundException'))).toBeUndefined();
    await expect(unlessNotFound(['image'], failing('ScanNotFoundException'))).rejects.toThrow();
    expect(isNotFound(called(sdkError('ImageNotFoundException')), 'image')).toBe(true);
  });

  test('and logged with its operation, without its message and what it was about', () => {
    const secret = sdkError('AccessDeniedException', 400, 'a secret');
    const logged = loggableError(new AwsCallError('PutImageTagMutability', 'a secret', secret));
    expect(logged).toMatchObject({
      name: 'AccessDeniedException',
      operation: 'PutImageTagMutability',
      status: 400,
      awsRequestId: 'r1',
    });
    expect(JSON.stringify(logged)).not.toContain('a secret');
  });
});

describe('the reason of a failure', () => {
  test.each([
    [
      sdkError('AccessDeniedException'),
      'payments/api: PutImageTagMutability was denied. The function is not allowed to do this',
    ],
    [sdkError('ThrottlingException'), 'payments/api: PutImageTagMutability was throttled. ECR throttles'],
    [
      sdkError('InvalidParameterException'),
      'payments/api: PutImageTagMutability was refused. ECR refuses the settings: no.',
    ],
    [
      Object.assign(new Error('read'), { code: 'ECONNRESET' }),
      'payments/api: PutImageTagMutability got no response. ECR could not be reached',
    ],
    [sdkError('ServerException', 500), 'payments/api: PutImageTagMutability failed. ECR failed with'],
  ])('begins with the repository and the operation: %s', (cause, reason) => {
    expect(explain(called(cause)).slice(0, reason.length)).toBe(reason);
  });

  test.each([
    [sdkError('AccessDeniedException'), 'permissions boundary. DynamoDB reports: '],
    [sdkError('ThrottlingException'), 'DynamoDB throttles this account'],
    [sdkError('ValidationException'), 'DynamoDB refuses the request: no.'],
    [Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'DynamoDB could not be reached'],
    [sdkError('InternalServerError', 500), 'DynamoDB failed with InternalServerError'],
    [
      Object.assign(new SyntaxError('<html>'), { $metadata: { httpStatusCode: 502 } }),
      'endpoint is that of DynamoDB.',
    ],
  ])('names the service whose call it was, and no other: %s', (cause, reason) => {
    const text = explain(new AwsCallError('PutItem', 'payments/api', cause, 'DynamoDB'));
    expect(text).toContain(reason);
    expect(text).not.toMatch(/\bECR\b/);
  });

  test('names the operation alone where it was about no single repository', () => {
    const error = new AwsCallError('DescribeRepositories', undefined, sdkError('AccessDeniedException'));
    expect(explain(error)).toMatch(/^DescribeRepositories was denied\. /);
  });
});
