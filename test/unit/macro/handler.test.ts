import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { handler } from '../../../functions/macro/handler.ts';
import { projectRoot } from '../../../local/paths.ts';
import fc from '../../support/fast-check.ts';

const event = (name: string) => JSON.parse(readFileSync(join(projectRoot, 'events', `${name}.json`), 'utf8'));
const request = (more: object) => ({
  requestId: 'r-1',
  transformId: '111122223333::EcrHardening',
  params: {},
  templateParameterValues: {},
  ...more,
});
const repository = (properties: object = {}) => ({ Type: 'AWS::ECR::Repository', Properties: properties });

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const method of ['log', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((...parts) => {
      lines.push(parts.map(String).join(' '));
    });
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the sample events', () => {
  test('macro-template.json is hardened, the custom resource completed as far as the environment says', async () => {
    const answer = await handler(event('macro-template'));
    expect(answer).toMatchObject({
      requestId: event('macro-template').requestId,
      status: 'success',
      fragment: {
        Resources: {
          Orders: {
            Properties: {
              ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
              ImageScanningConfiguration: { ScanOnPush: true },
            },
          },
        },
      },
    });
    expect(Object.keys(answer.fragment ?? {})).toEqual(Object.keys(event('macro-template').fragment));
  });

  test('macro-snippet.json is one resource', async () => {
    expect(await handler(event('macro-snippet'))).toMatchObject({
      status: 'success',
      fragment: {
        Type: 'AWS::ECR::Repository',
        Properties: { RepositoryName: 'orders', ImageTagMutability: 'IMMUTABLE' },
      },
    });
  });

  test('macro-bad.json is refused with the name that was meant', async () => {
    expect(await handler(event('macro-bad'))).toEqual({
      requestId: event('macro-bad').requestId,
      status: 'failure',
      errorMessage: 'Transform.Parameters.KeepImage: unknown parameter "KeepImage"; did you mean KeepImages?',
    });
  });
});

describe('the macro', () => {
  test('answers any event at all, with the request id where there is one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (fragment) => {
        const answer = await handler(request({ fragment }));
        expect(answer.requestId).toBe('r-1');
        expect(answer.status === 'success').toBe(answer.fragment !== undefined);
        expect(answer.status === 'failure').toBe((answer.errorMessage ?? '') !== '');
        expect((answer.errorMessage ?? '').length).toBeLessThan(4000);
      }),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (anything) => {
        expect(await handler(anything)).toHaveProperty('status');
      }),
      { numRuns: 500 },
    );
  });

  test('answers an event whose parts cannot even be made text', async () => {
    const hostile = { toString: null, valueOf: null };
    expect(
      await handler({
        ...request({
          fragment: {
            Resources: { One: repository({ ImageScanningConfiguration: { ScanOnPush: hostile } }) },
          },
        }),
        transformId: hostile,
      }),
    ).toEqual({
      requestId: 'r-1',
      status: 'failure',
      errorMessage: 'One.Properties.ImageScanningConfiguration.ScanOnPush: must be true or false, not a map',
    });
  });

  test('stays under 4,000 characters however long the names are', async () => {
    const Resources = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `R${index}${'x'.repeat(250)}`,
        {
          Type: 'AWS::ECR::Repository',
          Properties: { ['Y'.repeat(5000)]: 1, ImageTagMutability: 'z'.repeat(5000) },
        },
      ]),
    );
    const { errorMessage = '' } = await handler(request({ fragment: { Resources } }));
    expect(errorMessage.length).toBeLessThan(4000);
    expect(errorMessage).toMatch(/; and \d+ more$/);
  });

  test('answers junk in every place of a repository', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        async (Metadata, Properties, policy) => {
          const resources = {
            One: { Type: 'AWS::ECR::Repository', Metadata, Properties },
            Two: repository({
              RepositoryPolicyText: policy,
              LifecyclePolicy: policy,
              ImageTagMutabilityExclusionFilters: policy,
            }),
            Three: { Type: 'AWS::ECR::Repository', Metadata: { EcrHardening: policy } },
          };
          expect(
            await handler(request({ fragment: { Resources: resources }, params: { Report: true } })),
          ).toHaveProperty('status');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('names the first twenty violations, and counts the rest', async () => {
    const Resources = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [
        `Repository${index}`,
        repository({ ImageTagMutability: 'MUTABLE' }),
      ]),
    );
    const { errorMessage = '' } = await handler(
      request({ params: { Enforcement: 'Reject' }, fragment: { Resources } }),
    );
    expect(errorMessage.match(/Repository\d+\.Properties/g)).toHaveLength(20);
    expect(errorMessage).toMatch(/; and 5 more$/);
    expect(errorMessage.length).toBeLessThan(4000);
  });

  test('refuses an answer of over 1 MB with its size, and tells one that has to go through S3', async () => {
    const template = (bytes: number) => ({
      Description: 'x'.repeat(bytes),
      Resources: { One: repository() },
    });
    expect((await handler(request({ fragment: template(1_000_000) }))).errorMessage).toMatch(
      /^the hardened template has 1000\d{3} bytes, and CloudFormation takes at most 1000000: split it$/,
    );
    expect(lines.pop()).toContain('"level":"WARN"');
    expect(await handler(request({ fragment: template(60_000) }))).toMatchObject({ status: 'success' });
    expect(JSON.parse(lines.pop() ?? '')).toMatchObject({
      level: 'WARN',
      warning: expect.stringMatching(
        /^the hardened template has 60\d{3} bytes; over 51200 it has to be deployed through S3$/,
      ),
    });
  });

  test('logs one line a template, with every decision and the version that decided', async () => {
    process.env.Version = '9.8.7';
    await handler(request({ fragment: { Resources: { One: repository(), Two: repository() } } }));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'INFO',
      version: '9.8.7',
      requestId: 'r-1',
      transformId: '111122223333::EcrHardening',
      findings: [
        {
          control: 'TagImmutability',
          logicalIds: ['One', 'Two'],
          path: 'Properties.ImageTagMutability',
          outcome: 'set',
        },
        { control: 'ScanOnPush' },
        { control: 'LifecyclePolicy' },
      ],
    });
  });

  test('shows a parameter’s value neither in the log nor in the answer', async () => {
    const secret = 'swordfish';
    const answer = await handler(
      request({
        templateParameterValues: { Secret: secret },
        params: { Enforcement: 'Reject' },
        fragment: {
          Resources: {
            One: repository({
              ImageTagMutability: { Ref: 'Secret' },
              ImageScanningConfiguration: { ScanOnPush: { Ref: 'Secret' } },
              LifecyclePolicy: { LifecyclePolicyText: { Ref: 'Secret' } },
              RepositoryPolicyText: { Ref: 'Secret' },
            }),
          },
        },
      }),
    );
    expect(answer.status).toBe('failure');
    expect(lines.join('\n')).not.toContain(secret);
    expect(answer.errorMessage).not.toContain(secret);
  });
});

describe('a NoEcho parameter that a Parameter of the transform refers to', () => {
  const answerTo = async (params: object, secret: string) => {
    process.env.Report = 'true';
    try {
      return await handler(
        request({
          params,
          templateParameterValues: { Secret: secret },
          fragment: {
            Parameters: { Secret: { Type: 'String', NoEcho: 'TRUE' } },
            Resources: { A: repository(), B: { ...repository(), Metadata: {} } },
          },
        }),
      );
    } finally {
      delete process.env.Report;
    }
  };

  test.each([
    [{ KeepImages: 'hunter2-x' }, 'hunter2-x'],
    [{ Retain: 'hunter2-x' }, 'hunter2-x'],
    [{ MutableTags: 'latest,hunter2 x' }, 'hunter2 x'],
    [{ MutableTags: ['latest', 'hunter2 x'] }, 'hunter2 x'],
    [{ Enforcement: '7' }, '7'],
  ])('is not shown where its value is refused: %j', async (params, secret) => {
    const { status, errorMessage } = await answerTo(params, secret);
    expect(status).toBe('failure');
    expect(errorMessage).toContain('cannot have the value of this parameter');
    for (const text of [errorMessage, ...lines]) expect(text).not.toMatch(/hunter2|"7"/);
  });

  test.each([[{ MutableTags: 'hunter2-x' }], [{ KmsKey: 'alias/hunter2-x' }]])(
    'is not shown where its value is used, but in the property itself: %j',
    async (params) => {
      const { status, fragment } = await answerTo(params, 'hunter2-x');
      expect(status).toBe('success');
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain('hunter2');
      const metadata = JSON.stringify(fragment?.Resources, (key, value) =>
        key === 'Properties' ? {} : value,
      );
      expect(metadata).toContain('Findings');
      expect(metadata).not.toContain('hunter2');
    },
  );
});

describe('thousands of conditions', () => {
  const depth = 1000;
  const numbers = Array.from({ length: depth }, (_, index) => index);
  const nested = (name: string, leaf: Json, times = depth) =>
    numbers
      .slice(0, times)
      .reduce<Json>((inner, index) => ({ 'Fn::If': [`${name}${index}`, inner, leaf] }), leaf);
  const template = (properties: JsonObject): JsonObject => ({
    Conditions: Object.fromEntries(
      numbers.flatMap((index) =>
        ['A', 'B'].map((name) => [`${name}${index}`, { 'Fn::Equals': [{ Ref: `P${name}${index}` }, 'yes'] }]),
      ),
    ),
    Resources: { Orders: { Type: 'AWS::ECR::Repository', Properties: properties } },
  });
  test('nested in each other are all hardened, with a log line that CloudWatch Logs takes', async () => {
    const answer = await handler(
      request({
        fragment: template({ ImageTagMutability: nested('A', { Ref: 'AWS::NoValue' }) }),
      }),
    );
    expect(JSON.stringify(answer.fragment).match(/"IMMUTABLE"/g)).toHaveLength(depth + 1);
    const different = numbers.reduce<Json>(
      (inner, index) => ({ 'Fn::If': [`A${index}`, inner, `${'x'.repeat(500)}${index}`] }),
      'x',
    );
    await handler(request({ fragment: template({ ImageTagMutability: different }) }));
    expect(lines.map((line) => line.length < 256 * 1024)).toEqual([true, true]);
    expect(JSON.parse(lines[1] ?? '').findingsLeftOut).toBeGreaterThan(0);
  });

  test('of two settings, too many to combine, leave the rest undetermined', async () => {
    const filter = {
      ImageTagMutabilityExclusionFilterType: 'WILDCARD',
      ImageTagMutabilityExclusionFilterValue: 'x*',
    };
    const answer = await handler(
      request({
        fragment: template({
          ImageTagMutability: nested('A', 'IMMUTABLE_WITH_EXCLUSION', 300),
          ImageTagMutabilityExclusionFilters: nested('B', [filter], 300),
        }),
      }),
    );
    expect(answer.status).toBe('success');
    expect(lines[0]).toContain('Fn::If is resolved only when the stack is deployed');
  });

  test('deeper than can be printed are refused', async () => {
    const deep = Array.from({ length: 5000 }).reduce<Json>((inner) => ({ a: inner }), 1);
    expect(await handler(request({ fragment: { ...template({}), Metadata: deep } }))).toMatchObject({
      status: 'failure',
      errorMessage: 'its values are nested too deeply: nest them less deeply',
    });
  });
});
