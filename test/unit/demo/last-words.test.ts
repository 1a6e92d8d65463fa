import { describe, expect, test } from '@jest/globals';
import { howToReach } from '../../../local/demo/last-words.ts';

describe('how to reach a local AWS that was kept', () => {
  test('every variable is a line for a shell, quoted where it must be', () => {
    const text = howToReach({
      endpoint: 'http://127.0.0.1:4566',
      port: 4566,
      pid: 4711,
      logFile: 'x',
      environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', ODD: "it's $HOME" },
      stop: async () => undefined,
    });
    expect(text).toContain('  export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n');
    expect(text).toContain("  export ODD='it'\\''s $HOME'\n");
    expect(text).toContain('kill 4711\n');
  });
});
