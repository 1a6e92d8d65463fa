import '../custom-resource/support/one-realm.ts';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type ReadOptions, readRegistry } from '../../../audit/read/registry.ts';
import { readinessOf } from '../../../audit/readiness.ts';
import type { RepositoryReading } from '../../../audit/reading.ts';
import type { UnreadReason } from '../../../audit/unread.ts';
import { failure, nameOf } from '../../../bench/stub-answers.ts';
import { type StubOptions, type StubRegistry, startStubRegistry } from '../../../bench/stub-registry.ts';
import { isUnknown } from '../../../core/known.ts';
import { unreadClause } from '../../../wording/audit/unread.ts';
import { registryProblem } from '../../../wording/audit/unreadable.ts';

let stub: StubRegistry | undefined;

beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
});
afterEach(async () => {
  await stub?.stop();
  stub = undefined;
});

/** Reads a stub of a registry. */
async function read(options: Partial<StubOptions>, more: Partial<ReadOptions> = {}) {
  await stub?.stop();
  stub = await startStubRegistry({ repositories: 60, imagesEach: 3, latencyMs: 0, ...options });
  const readings: RepositoryReading[] = [];
  const progress: (readonly [number, number])[] = [];
  const { registry, total, calls } = await readRegistry({
    region: 'us-east-1',
    endpointUrl: stub.url,
    maxPushes: 100,
    sourceRegions: [],
    usageSources: [],
    now: Date.now(),
    stop: new AbortController().signal,
    previousTags: () => undefined,
    onRepository: (reading) => readings.push(reading),
    onProgress: (done, all) => progress.push([done, all]),
    ...more,
  }).catch((error: unknown) => {
    throw registryProblem(error);
  });
  return { readings, registry, total, calls, progress };
}

const unknowns = (readings: readonly RepositoryReading[], key: keyof RepositoryReading) =>
  new Set(
    readings
      .map((reading) => reading[key])
      .map((value) => (isUnknown<unknown, UnreadReason>(value) ? unreadClause(value.unknown) : 'known')),
  );

describe('reading a registry', () => {
  test('reads every repository, with the fewest calls that there are', async () => {
    const { readings, calls, registry, progress } = await read({ repositories: 1_040 });
    expect(new Set(readings.map(({ name }) => name))).toEqual(
      new Set(Array.from({ length: 1_040 }, (_, index) => nameOf(index))),
    );
    expect(Object.fromEntries(calls)).toEqual({
      DescribeRepositories: 2,
      GetRegistryScanningConfiguration: 1,
      BatchGetRepositoryScanningConfiguration: 42,
      GetResources: 1,
      LookupEvents: 1,
      DescribePullThroughCacheRules: 1,
      DescribeRegistry: 1,
      GetLifecyclePolicy: 1_040,
      GetRepositoryPolicy: 1_040,
      DescribeImages: 1_040,
    });
    expect(registry).toEqual({
      region: 'us-east-1',
      registryId: '123456789012',
      scanType: 'BASIC',
      pushesSince: { unknown: { code: 'no-push-events' } },
      pullThroughRules: 0,
      replicationSources: 0,
    });
    expect([progress[0], progress.at(-1)]).toEqual([
      [0, 1_040],
      [1_040, 1_040],
    ]);
  });

  test('changes nothing and pulls nothing: it calls no operation but these', async () => {
    const { calls } = await read({});
    for (const operation of calls.keys())
      expect(operation).toMatch(/^(Describe|Get|LookupEvents$|BatchGetRepositoryScanning)/);
  });

  test('reads all of the images of a repository that has more than fit into a page', async () => {
    const { readings } = await read({ repositories: 1, imagesEach: 2_345 });
    const images = readings[0]?.images;
    expect(images).toHaveLength(2_345);
  });

  test('loses no repository where it is throttled', async () => {
    let refused = 0;
    // As many at first as are on their way at once, whatever the machine's speed.
    const throttleFirst = () => {
      if (refused >= 20) return undefined;
      refused += 1;
      return failure('ThrottlingException', 'Rate exceeded');
    };
    const { readings } = await read({
      repositories: 40,
      answers: { DescribeImages: throttleFirst, GetLifecyclePolicy: throttleFirst },
    });
    expect(readings).toHaveLength(40);
    expect(refused).toBe(20);
    for (const key of ['images', 'lifecyclePolicy', 'repositoryPolicy', 'scan', 'stack'] as const)
      expect([key, unknowns(readings, key)]).toEqual([key, new Set(['known'])]);
  });

  test.each([
    ['GetLifecyclePolicy', 'lifecyclePolicy', 'ecr:GetLifecyclePolicy is not allowed'],
    ['GetRepositoryPolicy', 'repositoryPolicy', 'ecr:GetRepositoryPolicy is not allowed'],
    ['DescribeImages', 'images', 'ecr:DescribeImages is not allowed'],
    [
      'BatchGetRepositoryScanningConfiguration',
      'scan',
      'ecr:BatchGetRepositoryScanningConfiguration is not allowed',
    ],
    ['GetResources', 'stack', 'tag:GetResources is not allowed'],
    ['DescribeStackResources', 'stack', 'cloudformation:DescribeStackResources is not allowed'],
    ['LookupEvents', 'pushes', 'cloudtrail:LookupEvents is not allowed'],
    ['DescribePullThroughCacheRules', 'origin', 'ecr:DescribePullThroughCacheRules is not allowed'],
    ['DescribeRegistry', 'origin', 'ecr:DescribeRegistry is not allowed'],
  ] as const)('that may not call %s reads the rest', async (operation, key, reason) => {
    const { readings } = await read({ denied: [operation], repositories: 100 });
    expect(readings).toHaveLength(100);
    expect(unknowns(readings, key)).toEqual(new Set([reason]));
    const others = (['lifecyclePolicy', 'repositoryPolicy', 'images', 'scan', 'stack'] as const).filter(
      (each) => each !== key,
    );
    for (const other of others)
      expect([other, unknowns(readings, other)]).toEqual([other, new Set(['known'])]);
    // What is refused again and again is not asked for each of them.
    expect(stub?.calls.get(operation)).toBeLessThan(60);
  });

  test('asks again for what is refused for one repository and allowed for others', async () => {
    const { readings } = await read({
      repositories: 200,
      answers: {
        GetRepositoryPolicy: ({ repositoryName }) =>
          String(repositoryName).startsWith('team-7/')
            ? failure('AccessDeniedException', 'not authorized')
            : failure('RepositoryPolicyNotFoundException', 'none'),
      },
    });
    expect(
      readings.filter(({ repositoryPolicy }) => isUnknown(repositoryPolicy)).map(({ name }) => name),
    ).toEqual(readings.map(({ name }) => name).filter((name) => name.startsWith('team-7/')));
  });

  test('leaves a repository out that was deleted meanwhile', async () => {
    const { readings, total } = await read({
      repositories: 10,
      answers: {
        GetRepositoryPolicy: ({ repositoryName }) =>
          repositoryName === nameOf(4)
            ? failure('RepositoryNotFoundException', 'gone')
            : failure('RepositoryPolicyNotFoundException', 'none'),
      },
    });
    expect({ total, names: readings.map(({ name }) => name).includes(nameOf(4)) }).toEqual({
      total: 9,
      names: false,
    });
  });

  test('keeps what it has when it is ended early', async () => {
    const stop = new AbortController();
    let seen = 0;
    const { readings, total } = await read(
      { repositories: 500, latencyMs: 5 },
      {
        stop: stop.signal,
        onProgress: (done) => {
          seen = done;
          if (done === 100) stop.abort();
        },
      },
    );
    expect(total).toBe(500);
    expect(readings.length).toBe(seen);
    expect(readings.length).toBeGreaterThanOrEqual(100);
    expect(readings.length).toBeLessThan(200);
    for (const key of ['images', 'lifecyclePolicy', 'repositoryPolicy'] as const)
      expect(unknowns(readings, key)).toEqual(new Set(['known']));
  });

  test("knows of another account's registry only what that lets it read", async () => {
    const { readings, registry } = await read({ repositories: 30 }, { registryId: '999999999999' });
    expect(readings).toHaveLength(30);
    expect(registry.scanType).toEqual({ unknown: { code: 'other-account' } });
    for (const key of ['scan', 'stack', 'pushes', 'origin'] as const)
      expect([key, unknowns(readings, key)]).toEqual([
        key,
        new Set(["available to the registry's own account only"]),
      ]);
    expect(unknowns(readings, 'images')).toEqual(new Set(['known']));
    await stub?.stop();
    // Its own, named.
    const own = await read({ repositories: 30 }, { registryId: '123456789012' });
    expect(unknowns(own.readings, 'scan')).toEqual(new Set(['known']));
  });

  const neverConfigured = () => failure('ValidationException', 'This feature is disabled');

  test.each([
    ['is scanned', undefined],
    ['was never configured for scanning', neverConfigured],
  ])('knows the account of an empty registry that %s', async (_what, GetRegistryScanningConfiguration) => {
    const answers =
      GetRegistryScanningConfiguration === undefined ? {} : { GetRegistryScanningConfiguration };
    const { registry, calls } = await read({ repositories: 0, answers });
    expect(registry.registryId).toBe('123456789012');
    expect(calls.get('DescribeRegistry')).toBe(1);
  });

  test('knows its own registry by its number, also where scanning was never configured', async () => {
    const answers = { GetRegistryScanningConfiguration: neverConfigured };
    const { readings, registry } = await read({ repositories: 2, answers }, { registryId: '123456789012' });
    expect(registry.scanType).toBe('BASIC');
    expect(unknowns(readings, 'scan')).toEqual(new Set(['known']));
  });

  test('takes the stack from the tags of CloudFormation, over pages', async () => {
    const page = (index: number, token: string) => ({
      body: {
        PaginationToken: token,
        ResourceTagMappingList: [
          {
            ResourceARN: `arn:aws:ecr:us-east-1:123456789012:repository/${nameOf(index)}`,
            Tags: [{ Key: 'aws:cloudformation:stack-name', Value: `stack-${index}` }],
          },
        ],
      },
    });
    const { readings } = await read({
      repositories: 3,
      answers: {
        GetResources: ({ PaginationToken }) =>
          PaginationToken === undefined ? page(0, 'more') : page(2, ''),
      },
    });
    expect(Object.fromEntries(readings.map(({ name, stack }) => [name, stack]))).toEqual({
      [nameOf(0)]: 'stack-0',
      [nameOf(1)]: undefined,
      [nameOf(2)]: 'stack-2',
    });
  });
});

describe('the stack of a repository without tags of CloudFormation', () => {
  const resources = (...ids: readonly string[]) => {
    const members = ids.map(
      (id) =>
        `<member><StackName>team</StackName><LogicalResourceId>X</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId>` +
        `<ResourceType>AWS::ECR::Repository</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`,
    );
    const xml = `<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources>${members.join('')}</StackResources></DescribeStackResourcesResult></DescribeStackResourcesResponse>`;
    return { body: { xml } };
  };
  const notFound =
    'there are too many repositories, or its stack has too many resources, to find which stack has it';

  test('is asked of CloudFormation, which may not list all that a stack has', async () => {
    const others = Array.from({ length: 100 }, (_, index) => `other-${index}`);
    const { readings } = await read({
      repositories: 3,
      answers: {
        DescribeStackResources: ({ PhysicalResourceId }) => {
          if (PhysicalResourceId === nameOf(0)) return resources(nameOf(0), 'other');
          return PhysicalResourceId === nameOf(1) ? resources(...others) : undefined;
        },
      },
    });
    const stackOf = (index: number) => readings.find(({ name }) => name === nameOf(index))?.stack;
    expect(stackOf(0)).toBe('team');
    expect(stackOf(1)).toEqual({ unknown: { code: 'stack-not-found' } });
    expect(stackOf(2)).toBeUndefined();
  });

  test('is unknown in a registry of more than 500 of them, which would take too many calls', async () => {
    const { readings, calls } = await read({ repositories: 501, imagesEach: 0 });
    expect(unknowns(readings, 'stack')).toEqual(new Set([notFound]));
    expect(calls.get('DescribeStackResources')).toBeUndefined();
  });
});

describe('how images arrive', () => {
  const rule = (region: string, registryId = '123456789012') => ({
    destinations: [{ region, registryId }],
    repositoryFilters: [{ filter: 'team-1/', filterType: 'PREFIX_MATCH' }],
  });
  const kindsOf = (readings: readonly RepositoryReading[]) =>
    Object.fromEntries(
      readings.map(({ name, origin }) => [name, isUnknown(origin) ? origin.unknown : origin.kind]),
    );

  test('is read from the pull through cache rules, and from the other end of a replication', async () => {
    const answers = {
      DescribePullThroughCacheRules: () => ({
        body: { pullThroughCacheRules: [{ ecrRepositoryPrefix: 'team-0', upstreamRegistryUrl: 'quay.io' }] },
      }),
      // Both Regions answer by the same stub: each replicates to both.
      DescribeRegistry: () => ({
        body: {
          registryId: '123456789012',
          replicationConfiguration: {
            rules: [rule('eu-west-1'), rule('us-east-1'), rule('x', '999999999999')],
          },
        },
      }),
    };
    const { readings, calls } = await read({ repositories: 3, answers });
    expect(kindsOf(readings)).toEqual({
      [nameOf(0)]: 'pull-through',
      [nameOf(1)]: 'replica',
      [nameOf(2)]: 'pushed',
    });
    expect(calls.get('DescribeRegistry')).toBe(2);
  });

  test('is asked in the Regions that the caller names', async () => {
    let asked = 0;
    const DescribeRegistry = () => {
      asked += 1;
      const rules = asked === 1 ? [] : [rule('us-east-1')];
      return { body: { registryId: '123456789012', replicationConfiguration: { rules } } };
    };
    const { readings } = await read(
      { repositories: 2, answers: { DescribeRegistry } },
      { sourceRegions: ['us-east-1', 'eu-north-1'] },
    );
    expect({ asked, kinds: kindsOf(readings) }).toEqual({
      asked: 2,
      kinds: { [nameOf(0)]: 'pushed', [nameOf(1)]: 'replica' },
    });
  });
});

describe("CloudTrail's pushes", () => {
  const event = (minutesAgo: number, tag: string, digest: string, more: object = {}) => ({
    EventTime: Date.now() / 1000 - minutesAgo * 60,
    CloudTrailEvent: JSON.stringify({
      requestParameters: { repositoryName: nameOf(0), imageTag: tag },
      responseElements: { image: { imageId: { imageDigest: digest } } },
      userIdentity: {
        arn: 'arn:aws:sts::123456789012:assumed-role/ci/build-17',
        sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::123456789012:role/ci' } },
      },
      ...more,
    }),
  });
  const pushesOf = async (
    events: readonly object[],
    more: Partial<ReadOptions> = {},
    answers: StubOptions['answers'] = {},
  ) => {
    const pages = [events.slice(0, 2), events.slice(2)];
    const { readings } = await read(
      {
        repositories: 2,
        answers: {
          ...answers,
          LookupEvents: ({ NextToken }) =>
            NextToken === undefined
              ? { body: { Events: pages[0], ...(pages[1]?.length ? { NextToken: 'more' } : {}) } }
              : { body: { Events: pages[1] } },
        },
      },
      more,
    );
    const pushes = readings.find(({ name }) => name === nameOf(0))?.pushes;
    if (pushes === undefined || isUnknown(pushes)) throw new Error(JSON.stringify(pushes));
    return pushes;
  };

  test('are counted by tag, with their images and who pushed last', async () => {
    const { tags } = await pushesOf([
      event(1, 'latest', 'sha256:c'),
      event(5, 'latest', 'sha256:b'),
      event(9, 'latest', 'sha256:b'),
      event(9, '1.0', 'sha256:b'),
    ]);
    expect(Object.fromEntries(tags)).toEqual({
      latest: { times: 3, images: 2, lastBy: 'role/ci' },
      '1.0': { times: 1, images: 1, lastBy: 'role/ci' },
    });
  });

  test('that failed, have no tag or are no events at all are left out', async () => {
    const { tags } = await pushesOf([
      event(1, 'latest', 'sha256:c', { errorCode: 'ImageTagAlreadyExistsException' }),
      { EventTime: Date.now() / 1000, CloudTrailEvent: 'no JSON' },
      { EventTime: Date.now() / 1000, CloudTrailEvent: '[]' },
      event(3, '1.0', 'sha256:b'),
    ]);
    expect([...tags.keys()]).toEqual(['1.0']);
  });

  test('to an earlier repository of the same name are none', async () => {
    const createdAt = Math.floor(Date.now() / 1000) - 4 * 60;
    const repository = {
      repositoryName: nameOf(0),
      repositoryArn: 'arn',
      registryId: '123456789012',
      createdAt,
    };
    const { tags, images } = await pushesOf(
      [event(1, 'v1', 'sha256:b'), event(9, 'v1', 'sha256:a'), event(9, 'v0', 'sha256:a')],
      {},
      { DescribeRepositories: () => ({ body: { repositories: [repository] } }) },
    );
    expect(Object.fromEntries(tags)).toEqual({ v1: { times: 1, images: 1, lastBy: 'role/ci' } });
    expect(images).toBe(1);
  });

  test('are known from the oldest event that was read on, where there are more than are wanted', async () => {
    const events = [event(10, 'a', 'sha256:a'), event(20, 'b', 'sha256:b'), event(30, 'c', 'sha256:c')];
    const { tags, since } = await pushesOf(events, { maxPushes: 2 });
    expect([...tags.keys()]).toEqual(['a', 'b']);
    expect(Math.abs(since - (Date.now() - 20 * 60_000))).toBeLessThan(60_000);
  });

  test('of others do not make a repository look unmoved whose tag moved before them', async () => {
    const inOther = { requestParameters: { repositoryName: nameOf(1), imageTag: 'build' } };
    // Immutable tags, which the first repository has, do not move.
    const inMutable = { requestParameters: { repositoryName: nameOf(2), imageTag: 'stg' } };
    const events = [
      ...Array.from({ length: 120 }, (_, index) => event(index, '', `sha256:${index}`, inOther)),
      ...Array.from({ length: 4 }, (_, index) => event(200 + index, '', `sha256:s${index}`, inMutable)),
    ];
    const verdictOf = async (maxPushes: number) => {
      const { readings } = await read(
        {
          repositories: 3,
          answers: {
            LookupEvents: ({ NextToken = '0' }) => {
              const next = Number(NextToken) + 50;
              return {
                body: {
                  Events: events.slice(next - 50, next),
                  ...(next < events.length ? { NextToken: `${next}` } : {}),
                },
              };
            },
          },
        },
        { maxPushes },
      );
      const found = readings.find(({ name }) => name === nameOf(2));
      if (found === undefined) throw new Error('unread');
      const { verdict, exclusions } = readinessOf({
        ...found,
        tagMutability: { mutability: 'MUTABLE', exclusions: [] },
        lookBackDays: 14,
        now: Date.now(),
      });
      return { verdict, exclusions };
    };
    expect(await verdictOf(1_000)).toMatchObject({ verdict: 'with-exclusions', exclusions: ['stg'] });
    expect((await verdictOf(100)).verdict).toBe('not-known-yet');
  });

  test('are known from the oldest event that was read on, where CloudTrail stops responding', async () => {
    const failing = await read({
      repositories: 1,
      answers: {
        LookupEvents: ({ NextToken }) =>
          NextToken === undefined
            ? {
                body: { Events: [event(1, 'a', 'sha256:a'), event(180, 'b', 'sha256:b')], NextToken: 'more' },
              }
            : failure('AccessDeniedException', 'no'),
      },
    });
    const pushes = failing.readings[0]?.pushes;
    expect(pushes).toMatchObject({
      end: { code: 'ended-early', reason: { code: 'denied', action: 'cloudtrail:LookupEvents' } },
    });
    if (pushes === undefined || isUnknown(pushes)) throw new Error('unread');
    expect(Math.abs(pushes.since - (Date.now() - 180 * 60_000))).toBeLessThan(60_000);
  });

  test('are unknown where CloudTrail knows none, or is not asked', async () => {
    const { readings } = await read({ repositories: 1 });
    expect(readings[0]?.pushes).toEqual({ unknown: { code: 'no-push-events' } });
    await stub?.stop();
    const quiet = await read({ repositories: 1 }, { maxPushes: 0 });
    expect(quiet.readings[0]?.pushes).toEqual({ unknown: { code: 'pushes-not-requested' } });
    expect(quiet.calls.has('LookupEvents')).toBe(false);
  });
});

describe('a registry that cannot be read', () => {
  const answered = (name: string, message = 'no') => ({
    answers: { DescribeRepositories: () => failure(name, message) },
  });
  test.each([
    [
      'AccessDeniedException',
      {},
      'These credentials are not allowed to list the repositories in us-east-1: allow ecr:DescribeRepositories, or specify another profile or registry.',
    ],
    [
      'UnrecognizedClientException',
      {},
      'AWS does not accept these credentials (UnrecognizedClientException): check the profile, and whether us-east-1 is enabled.',
    ],
    [
      'ExpiredTokenException',
      {},
      'The AWS credentials have expired: sign in again (such as by aws sso login), then retry.',
    ],
    [
      'InvalidParameterException',
      { registryId: '999999999999' },
      'There is no registry 999999999999 in us-east-1: --registry-id is the number of an AWS account, of 12 digits.',
    ],
    [
      'AccessDeniedException',
      { registryId: '999999999999' },
      'These credentials are not allowed to list the repositories of registry 999999999999 in us-east-1: allow ecr:DescribeRepositories, or specify another profile or registry.',
    ],
    [
      'SomethingNewException',
      {},
      'ECR in us-east-1 refused to list the repositories (SomethingNewException: no).',
    ],
  ])('because of %s says so in one sentence', async (name, more, sentence) => {
    await expect(read(answered(name), more)).rejects.toMatchObject({ name: 'Problem', message: sentence });
  });

  test('because nothing answers there says so', async () => {
    await expect(read({}, { endpointUrl: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      name: 'Problem',
      message:
        'ECR does not respond at http://127.0.0.1:9 (ECONNREFUSED): check --endpoint-url, and whether it is running.',
    });
  });
});
