import { describe, expect, test } from '@jest/globals';
import { connectionHelp, failures, summary } from '../../../local/demo/summary.ts';

describe('how to reach a local AWS that was kept', () => {
  test('every variable is a line for a shell, quoted where it must be, and its log is named', () => {
    const text = connectionHelp({
      endpoint: 'http://127.0.0.1:4566',
      port: 4566,
      pid: 4711,
      logFile: '/tmp/local-aws-x/server.log',
      environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', ODD: "it's $HOME" },
      stop: async () => undefined,
    });
    expect(text).toContain('  export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n');
    expect(text).toContain("  export ODD='it'\\''s $HOME'\n");
    expect(text).toContain('Its log:    /tmp/local-aws-x/server.log\n');
    expect(text).toContain('kill 4711\n');
  });
});

describe('the summary', () => {
  const after = {
    name: 'a',
    mutability: 'IMMUTABLE_WITH_EXCLUSION',
    exclusions: ['latest'],
    scanOnPush: false,
    scanFrequency: 'MANUAL',
    lifecyclePolicyText: undefined,
  };
  const authors = { tags: undefined, scanOnPush: undefined, lifecycle: undefined };

  test('counts what ECR answered', () => {
    const other = { ...after, mutability: 'MUTABLE', scanOnPush: true, lifecyclePolicyText: '{}' };
    const changes = [after, other].map((settings) => ({
      name: 'a',
      before: undefined,
      after: settings,
      authors,
    }));
    expect(summary(1, changes, { refused: 1, attempts: 2 })).toBe(
      '1 template deployed with 2 repositories:\n' +
        '1 immutable, 1 scanned on push, 1 with a lifecycle policy.\n' +
        '1 of 2 pushes over a tag of an immutable repository refused.',
    );
  });

  test('of failures has the reason where it is one, else the names of the files', () => {
    const failed = { file: 'a.yaml', reason: 'no' };
    expect(failures([failed], 1)).toBe('a.yaml could not be deployed: no');
    expect(failures([failed], 2)).toBe('a.yaml could not be deployed: no');
    expect(failures([failed, { file: 'b.yaml', reason: 'nor this' }], 3)).toBe(
      '2 of 3 templates could not be deployed (a.yaml, b.yaml): the reasons are above.',
    );
  });
});
