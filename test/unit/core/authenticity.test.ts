import { describe, expect, test } from '@jest/globals';
import {
  type Claimed,
  isInProgress,
  isRollback,
  type ResourceState,
} from '../../../core/authenticity/in-progress.ts';
import {
  homeOf,
  isLocalUrl,
  isOwnStack,
  isResponseUrl,
  type Sender,
} from '../../../core/authenticity/origin.ts';

const own = 'ecr-settings-Settings-9ff35c65409f';
const create: Claimed = { requestType: 'Create' };
const update = (physicalResourceId = own): Claimed => ({ requestType: 'Update', physicalResourceId });
const remove = (physicalResourceId = own): Claimed => ({ requestType: 'Delete', physicalResourceId });
const state = (status: string, physicalId?: string): ResourceState => ({ status, physicalId });

describe('what CloudFormation reports', () => {
  test.each<[string, Claimed, ResourceState]>([
    ['a Create: no ID yet', create, state('CREATE_IN_PROGRESS')],
    ['a Create whose response has arrived', create, state('CREATE_IN_PROGRESS', own)],
    ['a Create of a replacement: the old ID', create, state('UPDATE_IN_PROGRESS', 'old')],
    ['an Update', update(), state('UPDATE_IN_PROGRESS', own)],
    ['an Update of a rollback', update('of-0.1'), state('UPDATE_IN_PROGRESS', 'of-0.1')],
    ['a Delete', remove(), state('DELETE_IN_PROGRESS', own)],
    ['a Delete after a failed Create', remove(`${own}-x`), state('DELETE_IN_PROGRESS', `${own}-x`)],
    ['a Delete after a cancelled Create', remove('invented'), state('DELETE_IN_PROGRESS', 'invented')],
    ['the same before the ID is shown', remove('invented'), state('DELETE_IN_PROGRESS')],
  ])('confirms %s', (_what, request, reported) => {
    expect(isInProgress(request, reported, own)).toBe(true);
  });

  test.each<[string, Claimed, ResourceState | undefined]>([
    ['a Create of nothing', create, undefined],
    ['a Create that has ended', create, state('CREATE_COMPLETE', own)],
    ['a Create that has failed', create, state('CREATE_FAILED')],
    ['a Create of another ID', create, state('CREATE_IN_PROGRESS', 'other')],
    ['a Create of what is deleted', create, state('DELETE_IN_PROGRESS', own)],
    ['an Update of nothing', update(), undefined],
    ['an Update of what stands', update(), state('CREATE_COMPLETE', own)],
    ['an Update of another ID', update(), state('UPDATE_IN_PROGRESS', 'other')],
    ['an Update of what is created', update(), state('CREATE_IN_PROGRESS', own)],
    ['an Update without an ID', update(), state('UPDATE_IN_PROGRESS')],
    ['a Delete of nothing', remove(), undefined],
    ['a Delete of what stands', remove(), state('CREATE_COMPLETE', own)],
    ['a Delete of what is updated', remove(), state('UPDATE_IN_PROGRESS', own)],
    ['a Delete of what is created', remove('invented'), state('CREATE_IN_PROGRESS')],
    ['a Delete of another ID', remove(), state('DELETE_IN_PROGRESS', 'other')],
    ['a Delete of our ID while none is shown', remove(), state('DELETE_IN_PROGRESS')],
    ['a Delete of what is gone', remove(), state('DELETE_COMPLETE', own)],
  ])('does not confirm %s', (_what, request, reported) => {
    expect(isInProgress(request, reported, own)).toBe(false);
  });

  test.each([
    ['ROLLBACK_IN_PROGRESS', true],
    ['UPDATE_ROLLBACK_IN_PROGRESS', true],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', true],
    ['IMPORT_ROLLBACK_IN_PROGRESS', true],
    ['UPDATE_IN_PROGRESS', false],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_COMPLETE', false],
    ['DELETE_IN_PROGRESS', false],
    [undefined, undefined],
  ])('of a stack in %s is a rollback: %s', (status, expected) => {
    expect(isRollback(status)).toBe(expected);
  });
});

const home = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const sender: Sender = {
  stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders/51af3dc0-da77-11e4-872e-1234567db123',
  logicalResourceId: 'Settings',
  requestId: '9b2f4c1e-6a57-4d0b-9a2c-3f7d5e8b1a60',
  responseUrl: '',
};
const path = ({ stackId, logicalResourceId, requestId }: Sender) =>
  `${encodeURIComponent(stackId)}%7C${logicalResourceId}%7C${requestId}?X-Amz-Signature=0`;
const bucket = 'https://cloudformation-custom-resource-response-useast1';

describe('the ResponseURL', () => {
  test.each([
    // As public traces have it: the slashes of the ARN are not escaped everywhere.
    [`${bucket}.s3.amazonaws.com/${path(sender)}`, 'aws'],
    [`${bucket}.s3.amazonaws.com/${path(sender).replaceAll('%2F', '/')}`, 'aws'],
    [`${bucket}.s3-eu-west-1.amazonaws.com/${path(sender)}`, 'aws'],
    [`${bucket}.s3.eu-north-1.amazonaws.com/${path(sender)}`, 'aws'],
    [`${bucket}.s3.us-gov-west-1.amazonaws.com/${path(sender)}`, 'aws-us-gov'],
    [`${bucket}.s3.cn-north-1.amazonaws.com.cn/${path(sender)}`, 'aws-cn'],
  ])('%s is one of CloudFormation in %s', (responseUrl, partition) => {
    expect(isResponseUrl({ ...sender, responseUrl }, { ...home, partition })).toBe(true);
  });

  test('of China has another partition in its path than the StackId, as in the example of AWS', () => {
    const stackId = sender.stackId.replace('arn:aws:', 'arn:aws-cn:');
    const responseUrl = `${bucket}.s3.cn-north-1.amazonaws.com.cn/${path(sender)}`;
    expect(isResponseUrl({ ...sender, stackId, responseUrl }, { ...home, partition: 'aws-cn' })).toBe(true);
  });

  test.each([
    ['another protocol', `${bucket.replace('https', 'http')}.s3.amazonaws.com/${path(sender)}`],
    ['another host', `https://example.com/${path(sender)}`],
    ['another bucket', `https://mine.s3.amazonaws.com/${path(sender)}`],
    ['the bucket as a user', `${bucket}.s3.amazonaws.com@example.com/${path(sender)}`],
    ['a user', `${bucket.replace('://', '://me@')}.s3.amazonaws.com/${path(sender)}`],
    ['a port', `${bucket}.s3.amazonaws.com:8443/${path(sender)}`],
    ['the suffix in the middle', `${bucket}.s3.amazonaws.com.example.com/${path(sender)}`],
    ['the suffix without a dot', `${bucket}-amazonaws.com/${path(sender)}`],
    ['the suffix of another partition', `${bucket}.s3.cn-north-1.amazonaws.com.cn/${path(sender)}`],
    ['another stack', `${bucket}.s3.amazonaws.com/${path({ ...sender, stackId: `${sender.stackId}0` })}`],
    ['another resource', `${bucket}.s3.amazonaws.com/${path({ ...sender, logicalResourceId: 'Other' })}`],
    ['another request', `${bucket}.s3.amazonaws.com/${path({ ...sender, requestId: 'other' })}`],
    ['all of it in the query alone', `${bucket}.s3.amazonaws.com/?${path(sender)}`],
    ['a broken escape', `${bucket}.s3.amazonaws.com/%E0%A4%A`],
    ['this machine', `http://127.0.0.1:4566/${path(sender)}`],
    ['no URL', 'not a URL'],
  ])('with %s is none', (_what, responseUrl) => {
    expect(isResponseUrl({ ...sender, responseUrl }, home)).toBe(false);
  });

  test('is none in a partition whose domain is not known', () => {
    const responseUrl = `${bucket}.s3.amazonaws.com/${path(sender)}`;
    expect(isResponseUrl({ ...sender, responseUrl }, { ...home, partition: 'aws-new' })).toBe(false);
  });

  test('is local on this machine or on that of the endpoint, by HTTP', () => {
    const endpoint = 'http://aws.internal:4566';
    for (const url of [
      'http://127.0.0.1:1/x',
      'http://localhost/x',
      'http://[::1]:2/',
      'https://aws.internal/',
    ])
      expect([url, isLocalUrl(url, endpoint)]).toEqual([url, true]);
    for (const url of ['http://169.254.169.254/', 'ftp://127.0.0.1/', 'http://127.0.0.1.example.com/', 'x'])
      expect([url, isLocalUrl(url, endpoint)]).toEqual([url, false]);
  });
});

test('a stack is of the own account, Region and partition or not', () => {
  const isOwn = (stackId: string) => isOwnStack(stackId, home);
  expect(isOwn(sender.stackId)).toBe(true);
  for (const [part, other] of [
    ['123456789012', '123456789013'],
    ['us-east-1', 'us-east-2'],
    ['arn:aws:', 'arn:aws-cn:'],
    ['cloudformation', 'dynamodb'],
    [':stack/', ':stackset/'],
    ['arn', ' arn'],
  ] as const)
    expect([other, isOwn(sender.stackId.replace(part, other))]).toEqual([other, false]);
});

test('the home is read from the ARN of the function, also with an alias', () => {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:EcrHardening-settings';
  expect(homeOf(arn)).toEqual(home);
  expect(homeOf(`${arn}:live`)).toEqual(home);
  for (const other of [
    undefined,
    '',
    'EcrHardening-settings',
    'arn:aws:lambda:::function:x',
    arn.replace('lambda', 's3'),
  ])
    expect(homeOf(other)).toBeUndefined();
});
