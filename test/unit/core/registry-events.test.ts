import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { actorOf, isByCloudFormation, watchedCalls } from '../../../core/registry-events/event.ts';
import { type Home, parseEvent } from '../../../core/registry-events/parse.ts';
import { projectRoot } from '../../../local/paths.ts';
import fc from '../../support/fast-check.ts';

const ownRole = 'arn:aws:iam::123456789012:role/ecr-hardening-KeeperEventsRole-1';
const home: Home = { registryId: '123456789012', region: 'us-east-1', ownRoles: [ownRole] };
const [created] = JSON.parse(readFileSync(join(projectRoot, 'events/keeper-created.json'), 'utf8'));

const withDetail = (detail: object) => ({ ...created, detail: { ...created.detail, ...detail } });
const assumed = (arn: string) => ({
  type: 'AssumedRole',
  arn: arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/').concat('/session'),
  sessionContext: { sessionIssuer: { type: 'Role', arn } },
});

describe('an event', () => {
  test('says who did what to which repository', () => {
    expect(parseEvent(created, home)).toMatchObject({
      kind: 'event',
      event: {
        repository: 'team/orders',
        subject: 'creation',
        action: 'CreateRepository',
        by: { kind: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ana', source: '198.51.100.7' },
      },
    });
  });

  test.each(Object.entries(watchedCalls))('of %s is about %s', (eventName, subject) => {
    expect(parseEvent(withDetail({ eventName }), home)).toMatchObject({ event: { subject } });
  });

  test.each([
    ['of the application’s own roles', { userIdentity: assumed(ownRole) }, 'own-role'],
    ['of a call that failed', { errorCode: 'AccessDenied' }, 'failed-call'],
    ['of another Region', { awsRegion: 'eu-west-1' }, 'other-registry'],
    [
      'of another account',
      { requestParameters: { repositoryName: 'a/b', registryId: '210987654321' } },
      'other-registry',
    ],
    ['of another call', { eventName: 'PutImage' }, 'not-watched'],
    ['of another service', { eventSource: 's3.amazonaws.com' }, 'not-watched'],
  ])('%s is not acted on', (_which, detail, because) => {
    expect(parseEvent(withDetail(detail), home)).toEqual({ kind: 'ignored', because });
  });

  test.each([
    ['without a repository', { requestParameters: null, responseElements: null }, 'it names no repository'],
    ['without an ID', { eventID: 7 }, 'it has no ID'],
    ['without a time', { eventTime: 'soon' }, 'it has no time'],
    ['without a name', { eventName: undefined }, 'it has no eventName'],
    [
      'about what is no name',
      { requestParameters: { repositoryName: '../other' } },
      'its repository is not a name of ECR',
    ],
  ])('%s is unknown', (_which, detail, reason) => {
    expect(parseEvent(withDetail(detail), home)).toEqual({ kind: 'unknown', reason });
  });

  test('that no AWS service has sent is unknown', () => {
    expect(parseEvent({ ...created, source: 'team.orders' }, home)).toEqual({
      kind: 'unknown',
      reason: 'its source is not an AWS service',
    });
  });

  test('of a role counts as the role’s, whatever its sessions are called', () => {
    const role = 'arn:aws:iam::123456789012:role/terraform';
    const parsed = parseEvent(withDetail({ userIdentity: assumed(role) }), home);
    expect(parsed.kind === 'event' && actorOf(parsed.event.by)).toBe(role);
  });

  test.each([
    { userIdentity: { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' } },
    { sourceIPAddress: 'cloudformation.amazonaws.com' },
  ])('by CloudFormation is known: %j', (detail) => {
    const parsed = parseEvent(withDetail(detail), home);
    expect(parsed.kind === 'event' && isByCloudFormation(parsed.event.by)).toBe(true);
  });
});

/** Events that are almost right: each member may be anything. */
const anything = fc.anything({ maxDepth: 3 });
const mostly = <Value>(value: Value) => fc.oneof({ weight: 20, arbitrary: fc.constant(value) }, anything);
const identity = fc.oneof(
  fc.constant(assumed(ownRole)),
  fc.constant(assumed('arn:aws:iam::123456789012:role/terraform')),
  anything,
);
const records = fc.record(
  {
    source: mostly('aws.ecr'),
    'detail-type': fc.oneof(
      fc.constantFrom('AWS API Call via CloudTrail', 'ECR Image Action', 'ECR Replication Action'),
      anything,
    ),
    id: mostly('one'),
    account: mostly(home.registryId),
    region: mostly(home.region),
    time: mostly('2026-11-29T03:00:00Z'),
    detail: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record(
          {
            eventName: fc.oneof(fc.constantFrom(...Object.keys(watchedCalls), 'constructor'), anything),
            eventSource: mostly('ecr.amazonaws.com'),
            eventID: mostly('two'),
            eventTime: mostly('2026-11-29T03:00:00Z'),
            awsRegion: mostly(home.region),
            requestParameters: fc.oneof(fc.record({ repositoryName: mostly('team/orders') }), anything),
            responseElements: anything,
            userIdentity: identity,
            'action-type': mostly('PUSH'),
            result: mostly('SUCCESS'),
            'repository-name': mostly('team/orders'),
          },
          { requiredKeys: [] },
        ),
      },
      anything,
    ),
  },
  { requiredKeys: [] },
);

test('whatever an event is, reading it does not throw, and what the application does itself is never acted on', () => {
  let acted = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: records }, anything), (value) => {
      const parsed = parseEvent(value, home);
      if (parsed.kind !== 'event') return;
      acted += 1;
      const { event } = parsed;
      expect(event.by?.role).not.toBe(ownRole);
      expect([event.registryId, event.region]).toEqual([home.registryId, home.region]);
    }),
    { numRuns: 3000 },
  );
  expect(acted).toBeGreaterThan(50);
});
