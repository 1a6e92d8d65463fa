import '../custom-resource/support/one-realm.ts';

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Deadline, deadlineIn } from '../../../aws/deadline.ts';
import { type ReadableSource, usageActions } from '../../../aws/usage/actions.ts';
import { connectStackTags } from '../../../aws/usage/stack-tags.ts';
import { isTransientWhereAvailable, unreadOf } from '../../../aws/usage/unread.ts';
import { connectUsage } from '../../../aws/usage/usage.ts';
import {
  type ImageReference,
  type UsageEvidence,
  type UsageSource,
  usageSources,
} from '../../../core/usage/evidence.ts';
import { projectRoot } from '../../../local/paths.ts';
import {
  address,
  arn,
  digest,
  emptyFleet,
  type Fleet,
  region,
  registryId,
  secret,
} from './support/usage-fleet.ts';
import { startUsageServer, type UsageFault, type UsageServer } from './support/usage-server.ts';
import { wholeEvidence, wholeFleet } from './support/whole-fleet.ts';

const sources = Object.keys(usageActions) as ReadableSource[];
const allActions = Object.values(usageActions).flat();
/** Those whose failure leaves something unknown; a cluster's name is no evidence. */
const neededActions = allActions.filter((action) => action !== 'inspector2:GetClustersForImage');
let server: UsageServer;
let deadline: Deadline;

beforeAll(async () => {
  server = await startUsageServer();
  deadline = deadlineIn(10 * 60_000);
});
beforeEach(() => server.reset());
afterAll(async () => {
  deadline.dispose();
  await server.stop();
});

const settings = () => ({
  region,
  endpoint: server.url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

async function read(
  fleet: Fleet,
  requested: readonly UsageSource[] = sources,
  until: Deadline = deadline,
): Promise<UsageEvidence> {
  server.fleet = fleet;
  const usage = connectUsage({ settings, deadline: until });
  try {
    const isAskedFor = (image: { digest: string }) => image.digest === digest(11);
    return await usage.read({ registryId, region }, requested, { isAskedFor });
  } finally {
    usage.close();
  }
}

const sorted = (references: readonly ImageReference[]) =>
  references.map((each) => JSON.stringify(each, Object.keys({ ...each, source: 0, arn: 0 }).sort())).sort();
const countsOf = (references: readonly ImageReference[]) =>
  Object.fromEntries(
    sources.map((source) => [source, references.filter(({ user }) => user.source === source).length]),
  );
const always = (fault: UsageFault) => () => fault;
const denial: UsageFault = { status: 400, type: 'AccessDeniedException' };
const times = (count: number, fault: UsageFault) => {
  let left = count;
  return () => (left-- > 0 ? fault : undefined);
};

describe('evidence of use', () => {
  test('is read from every source, by digest where AWS has resolved it', async () => {
    const evidence = await read(wholeFleet);
    expect(sorted(evidence.references)).toEqual(sorted(wholeEvidence));
    expect(evidence.sources).toEqual(countsOf(wholeEvidence));
    expect([...new Set(server.calls)].sort()).toEqual([...allActions].sort());
  });

  test('holds nothing of what else the responses have', async () => {
    const evidence = await read(wholeFleet);
    expect(JSON.stringify(evidence)).not.toContain(secret);
    expect(JSON.stringify(evidence)).not.toContain('X-Amz-Signature');
  });

  test('is of the registry alone: not of another account, Region or host', async () => {
    const foreign = [
      `999999999999.dkr.ecr.${region}.amazonaws.com/app:1`,
      `${registryId}.dkr.ecr.us-east-1.amazonaws.com/app:1`,
      'docker.io/library/app:1',
      '',
      'not an address',
    ];
    const definitions = new Map(foreign.map((image, index) => [`f${index}:1`, [image]]));
    const evidence = await read({ ...emptyFleet, definitions }, ['ecs']);
    expect(evidence).toMatchObject({ references: [], sources: { ecs: 0 } });
  });

  test('is read of the sources that are requested, and pull times are not among them', async () => {
    const evidence = await read(wholeFleet, ['pulls', 'lambda', 'lambda']);
    expect(evidence.sources).toEqual({ lambda: 3 });
    expect([...new Set(server.calls)]).toEqual(['lambda:ListFunctions', 'lambda:GetFunction']);
  });

  test('names a function that has moved to another repository with both', async () => {
    const functions = [
      { name: 'f', version: '1', image: address('new:1'), resolved: address(`old@${digest(1)}`) },
    ];
    const { references } = await read({ ...emptyFleet, functions }, ['lambda']);
    expect(references.map(({ repository }) => repository)).toEqual(['new', 'old']);
  });
});

describe('a source that fails', () => {
  const failures: readonly (readonly [string, UsageFault, object])[] = [
    ['is denied', denial, { code: 'denied' }],
    [
      'fails',
      { status: 400, type: 'SomethingNewException' },
      { code: 'failed', error: 'SomethingNewException' },
    ],
    ['is not signed up for', { status: 403, type: 'OptInRequired' }, { code: 'not-available' }],
    ['answers garbage', 'garbage', { code: 'failed' }],
    ['answers with wrong types', 'wrong types', { code: 'failed' }],
    ['answers with nothing', 'nothing', { code: 'failed' }],
  ];

  test.each(neededActions)(
    'at %s is unknown with the reason, and takes nothing from the others',
    async (action) => {
      const source = sources.find((each) => (usageActions[each] as readonly string[]).includes(action));
      const { [source as ReadableSource]: _, ...others } = countsOf(wholeEvidence);
      for (const [name, fault, reason] of failures) {
        server.reset();
        server.faults.set(action, always(fault));
        // All of them once, which takes its time.
        const evidence = await read(wholeFleet, fault === denial ? sources : [source as ReadableSource]);
        const { [source as ReadableSource]: own, ...rest } = evidence.sources;
        expect({ name, rest }).toEqual({ name, rest: fault === denial ? others : {} });
        expect({ name, own }).toMatchObject({ name, own: { unknown: { ...reason, action } } });
        // What it found is kept, and nothing is invented.
        expect(sorted(wholeEvidence)).toEqual(expect.arrayContaining(sorted(evidence.references)));
        expect(countsOf(evidence.references)).toMatchObject(rest);
        expect(JSON.stringify(evidence)).not.toContain(secret);
      }
    },
  );

  test('is unknown where its list has no end', async () => {
    for (const action of ['ecs:ListClusters', 'lambda:ListFunctions', 'batch:DescribeJobDefinitions'])
      server.faults.set(action, always('endless'));
    const { sources: read1 } = await read(wholeFleet, ['ecs', 'lambda', 'batch']);
    expect(read1).toEqual({
      ecs: { unknown: { code: 'failed', action: 'ecs:ListClusters', error: 'RepeatedPageToken' } },
      lambda: { unknown: { code: 'failed', action: 'lambda:ListFunctions', error: 'RepeatedPageToken' } },
      batch: {
        unknown: { code: 'failed', action: 'batch:DescribeJobDefinitions', error: 'RepeatedPageToken' },
      },
    });
  });

  test('keeps what another cluster has where one of them is denied', async () => {
    const [prod] = wholeFleet.clusters;
    const secondTask = {
      ...prod?.tasks[0],
      arn: arn('ecs', 'task/second/1'),
    } as Fleet['clusters'][0]['tasks'][0];
    const second = { arn: arn('ecs', 'cluster/second'), tasks: [secondTask], services: [] };
    server.faults.set('ecs:ListTasks', ({ cluster }) => (cluster === prod?.arn ? denial : undefined));
    const evidence = await read({ ...wholeFleet, clusters: [...wholeFleet.clusters, second] }, ['ecs']);
    expect(evidence.sources.ecs).toEqual({ unknown: { code: 'denied', action: 'ecs:ListTasks' } });
    const users = evidence.references.map(({ user }) => user.arn);
    expect(users).toContain(secondTask.arn);
    expect(users).toContain(arn('ecs', 'service/prod/web'));
  });

  test('is read in the end where it throttles, breaks off and fails for a while', async () => {
    server.faults.set('ecs:ListClusters', times(2, { status: 400, type: 'ThrottlingException' }));
    server.faults.set('lambda:GetFunction', times(2, { status: 429, type: 'TooManyRequestsException' }));
    server.faults.set('batch:DescribeJobDefinitions', times(1, { status: 500, type: 'ServerException' }));
    server.faults.set('codebuild:ListProjects', times(1, 'reset'));
    const evidence = await read(wholeFleet);
    expect(evidence.sources).toEqual(countsOf(wholeEvidence));
  });

  test('that does not respond until the deadline is unknown', async () => {
    server.faults.set('apprunner:ListServices', always('hanging'));
    const short = deadlineIn(300);
    const evidence = await read(wholeFleet, ['apprunner'], short);
    short.dispose();
    expect(['no-response', 'out-of-time']).toContain(
      (evidence.sources.apprunner as { unknown: { code: string } }).unknown.code,
    );
  });

  test('is unknown where no time was left, without a call', async () => {
    const none = deadlineIn(0);
    const evidence = await read(wholeFleet, sources, none);
    none.dispose();
    expect(evidence.references).toEqual([]);
    expect(evidence.sources).toEqual(
      Object.fromEntries(sources.map((source) => [source, { unknown: { code: 'out-of-time' } }])),
    );
    expect(server.calls).toEqual([]);
  });

  test('is not available where its host has no address, which is not tried again', () => {
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${secret}`), { code: 'ENOTFOUND' });
    expect(isTransientWhereAvailable(error)).toBe(false);
    expect(isTransientWhereAvailable(Object.assign(new Error(''), { code: 'EAI_AGAIN' }))).toBe(true);
    expect(unreadOf(error, 'apprunner:ListServices')).toEqual({
      code: 'not-available',
      action: 'apprunner:ListServices',
    });
  });

  test('stops calling an operation that is denied every time', async () => {
    const functions = Array.from({ length: 200 }, (_, index) => ({
      name: `f${index}`,
      version: '1',
      image: address('app:1'),
    }));
    server.faults.set('lambda:GetFunction', always(denial));
    const evidence = await read({ ...emptyFleet, functions }, ['lambda']);
    expect(evidence.sources.lambda).toEqual({ unknown: { code: 'denied', action: 'lambda:GetFunction' } });
    expect(server.calls.filter((each) => each === 'lambda:GetFunction').length).toBeLessThan(50);
  });
});

describe('what is deleted meanwhile', () => {
  test('uses nothing, and is no failure', async () => {
    const gone: readonly (readonly [string, UsageFault])[] = [
      ['ecs:ListTasks', { status: 400, type: 'ClusterNotFoundException' }],
      ['ecs:DescribeServices', { status: 400, type: 'ClusterNotFoundException' }],
      [
        'ecs:DescribeTaskDefinition',
        { status: 400, type: 'ClientException', message: 'Unable to describe task definition.' },
      ],
      ['lambda:GetFunction', { status: 404, type: 'ResourceNotFoundException' }],
      ['apprunner:DescribeService', { status: 400, type: 'ResourceNotFoundException' }],
      [
        'sagemaker:DescribeModel',
        { status: 400, type: 'ValidationException', message: 'Could not find model "m".' },
      ],
    ];
    for (const [action, fault] of gone) server.faults.set(action, always(fault));
    const evidence = await read(wholeFleet);
    expect(evidence.sources).toMatchObject({ ecs: 0, lambda: 0, apprunner: 0, sagemaker: 3 });
  });
});

describe('Amazon Inspector', () => {
  test('that does not scan images says nothing of their use', async () => {
    for (const status of ['DISABLED', 'SUSPENDED', 'ENABLING']) {
      server.reset();
      const inspector = { ...wholeFleet.inspector, status };
      const evidence = await read({ ...wholeFleet, inspector }, ['inspector']);
      expect(evidence).toMatchObject({
        references: [],
        sources: { inspector: { unknown: { code: 'not-available', action: 'inspector2:ListCoverage' } } },
      });
      expect(server.calls).toEqual(['inspector2:BatchGetAccountStatus']);
    }
  });

  test('that names an image in a form that is not known leaves the source unknown', async () => {
    const images = [...wholeFleet.inspector.images, { id: 'something else', inUseCount: 1 }];
    const evidence = await read({ ...wholeFleet, inspector: { status: 'ENABLED', images } }, ['inspector']);
    expect(evidence.references).toHaveLength(2);
    expect(evidence.sources.inspector).toMatchObject({ unknown: { code: 'failed' } });
  });

  test('that does not name the clusters of an image still says that it is in use', async () => {
    for (const fault of [denial, 'garbage', 'nothing', 'endless'] as const) {
      server.reset();
      server.faults.set('inspector2:GetClustersForImage', always(fault));
      const evidence = await read(wholeFleet, ['inspector']);
      expect(evidence.sources).toEqual({ inspector: 2 });
      expect(evidence.references.map((each) => each.digest)).toEqual([digest(9), digest(11)]);
    }
  });

  test('is asked for the clusters of at most 100 images, and of none that nobody asked for', async () => {
    const images = Array.from({ length: 300 }, (_, index) => ({
      id: arn('ecr', `repository/app/${digest(index % 2 === 0 ? 11 : index)}`),
      inUseCount: 1,
    }));
    await read({ ...emptyFleet, inspector: { status: 'ENABLED', images } }, ['inspector']);
    expect(server.calls.filter((each) => each === 'inspector2:GetClustersForImage')).toHaveLength(100);
  });
});

describe('the number of calls', () => {
  /** A fleet of so many times 1 cluster, 250 tasks, 45 services, 30 families, 60 functions and so on. */
  function fleetOf(size: number): Fleet {
    const many = <Entry>(count: number, entry: (index: number) => Entry) =>
      Array.from({ length: count * size }, (_, index) => entry(index));
    const revision = (name: string) => arn('ecs', `service-revision/c/${name}`);
    return {
      ...emptyFleet,
      clusters: Array.from({ length: size }, (_, cluster) => ({
        arn: arn('ecs', `cluster/${cluster}`),
        tasks: Array.from({ length: 250 }, (_, index) => ({
          arn: arn('ecs', `task/${cluster}/${index}`),
          taskDefinition: `family${index % 30}:1`,
          containers: [{ image: address(`repository${index}:1`), imageDigest: digest(index) }],
        })),
        services: Array.from({ length: 45 }, (_, index) => ({
          arn: arn('ecs', `service/${cluster}/${index}`),
          taskDefinition: `family${index % 30}:1`,
          revisions: [revision(`${cluster}-${index}`)],
          deployment: {
            arn: arn('ecs', `service-deployment/${cluster}/${index}`),
            target: revision(`${cluster}-${index}`),
            sources: [],
          },
        })),
      })),
      definitions: new Map(many(30, (index) => [`family${index}:1`, [address(`repository${index}:1`)]])),
      functions: many(60, (index) => ({
        name: `f${index}`,
        version: '1',
        ...(index % 2 === 0 ? {} : { image: address('app:1'), resolved: address(`app@${digest(index)}`) }),
      })),
      jobDefinitions: many(150, (index) => ({
        jobDefinitionArn: arn('batch', `job-definition/j:${index}`),
        containerProperties: { image: address(`job:${index}`) },
      })),
      projects: many(150, (index) => ({ name: `p${index}`, image: address(`build:${index}`) })),
      inspector: {
        status: 'ENABLED',
        images: many(2_500, (index) => ({
          id: arn('ecr', `repository/r${index % 1_000}/${digest(index)}`),
          inUseCount: 1,
        })),
      },
    };
  }

  test.each([1, 4])(
    'is that of pages, and one for each family and image function (size %i)',
    async (size) => {
      const evidence = await read(fleetOf(size));
      const counts = Object.fromEntries(
        [...new Set(server.calls)].map((action) => [
          action,
          server.calls.filter((each) => each === action).length,
        ]),
      );
      expect(counts).toEqual({
        'ecs:ListClusters': 1,
        'ecs:ListTasks': size * 3,
        'ecs:DescribeTasks': size * 3,
        'ecs:ListServices': size,
        'ecs:DescribeServices': size * 5,
        'ecs:DescribeServiceDeployments': size * 3,
        'ecs:DescribeServiceRevisions': size * 3,
        'ecs:ListTaskDefinitionFamilies': Math.ceil((size * 30) / 100),
        // None twice, however many services and tasks name it.
        'ecs:DescribeTaskDefinition': size * 30,
        'lambda:ListFunctions': Math.ceil((size * 60) / 50),
        'lambda:GetFunction': size * 30,
        'batch:DescribeJobDefinitions': Math.ceil((size * 150) / 100),
        'codebuild:ListProjects': Math.ceil((size * 150) / 100),
        'codebuild:BatchGetProjects': Math.ceil((size * 150) / 100),
        'apprunner:ListServices': 1,
        'sagemaker:ListModels': 1,
        'sagemaker:ListEndpoints': 1,
        'sagemaker:ListInferenceComponents': 1,
        'inspector2:BatchGetAccountStatus': 1,
        // Of however many images and repositories, each 200 in use cost one call.
        'inspector2:ListCoverage': Math.ceil((size * 2_500) / 200),
        // Of the only image that is asked for.
        'inspector2:GetClustersForImage': 1,
      });
      expect(evidence.sources).toMatchObject({
        inspector: size * 2_500,
        batch: size * 150,
        lambda: size * 30,
      });
    },
  );
});

describe('the tags of stacks', () => {
  const tagged = (count: number) =>
    new Map(
      Array.from({ length: count }, (_, index) => [
        arn('ecr', `repository/r${index}`),
        {
          'aws:cloudformation:logical-id': `Repository${index % 50}`,
          'aws:cloudformation:stack-name': `stack${index}`,
          'aws:cloudformation:stack-id': arn('cloudformation', `stack/stack${index}/1`),
          team: secret,
        },
      ]),
    );
  const stackRepositories = async (logicalIds?: readonly string[]) => {
    server.fleet = { ...emptyFleet, tags: tagged(250) };
    const connection = connectStackTags(settings());
    try {
      return await connection.until(deadline).stackRepositories(logicalIds);
    } finally {
      connection.close();
    }
  };

  test('name the repositories of every stack, by 100', async () => {
    const found = await stackRepositories();
    expect(found).toHaveLength(250);
    expect(found[7]).toEqual({
      arn: arn('ecr', 'repository/r7'),
      logicalId: 'Repository7',
      stackName: 'stack7',
      stackId: arn('cloudformation', 'stack/stack7/1'),
    });
    expect(server.calls).toHaveLength(3);
  });

  test('name those of some logical IDs, of which a call takes 20', async () => {
    const logicalIds = Array.from({ length: 25 }, (_, index) => `Repository${index}`);
    const found = await stackRepositories(logicalIds);
    expect(found).toHaveLength(125);
    expect(server.calls).toHaveLength(2);
    expect(await stackRepositories([])).toEqual([]);
    expect(server.calls).toHaveLength(2);
  });
});

describe('docs/usage.md', () => {
  const page = readFileSync(join(projectRoot, 'docs/usage.md'), 'utf8');

  test('says of every source what counts, and which permissions it needs', () => {
    const [, counts = '', unread = '', permissions = ''] = page.split(/^## /m);
    for (const source of usageSources) expect(counts).toContain(`| \`${source}\` | `);
    expect(unread).toMatch(/^Sources that cannot be read/);
    for (const action of allActions) expect(permissions).toContain(`\`${action}\``);
  });
});
