import { describe, expect, test } from '@jest/globals';
import { commitOf } from '../../../functions/scan-alerts/commit.ts';

describe('a tag that looks like a commit', () => {
  const whole = '9f1c2ab4d5e6f708192a3b4c5d6e7f8091a2b3c4';
  test.each<[string[], string | undefined]>([
    [['9f1c2ab'], '9f1c2ab'],
    [[whole], whole],
    [['sha-9f1c2ab'], '9f1c2ab'],
    [['main-9f1c2ab'], '9f1c2ab'],
    [['latest', '9f1c2ab', whole], whole],
    [['1.4.2'], undefined],
    [['20261125'], undefined],
    [['latest'], undefined],
    [['defaced'], 'defaced'],
    [['9f1c2a'], undefined],
    [[], undefined],
  ])('%j', (tags, hash) => {
    expect(commitOf(tags, 'team/orders', '')?.hash).toBe(hash);
  });

  test('is linked by the template', () => {
    const template = 'https://git/{repository}?c={commit}&t={tag}&{other}';
    expect(commitOf(['sha-9f1c2ab'], 'a/b', template)?.url).toBe(
      'https://git/a/b?c=9f1c2ab&t=sha-9f1c2ab&{other}',
    );
  });
});
