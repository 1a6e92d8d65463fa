import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mutabilities } from '../../../core/settings/tag-mutability.ts';
import {
  decodeMemory,
  encodeMemory,
  holderOf,
  isSameStack,
  type Memory,
  memoryKeys,
} from '../../../functions/custom-resource/memory.ts';
import type { Settled } from '../../../functions/custom-resource/settled.ts';

const hexadecimal = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });
const pattern = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'aZ09._*-'), minLength: 1, maxLength });
const settled: fc.Arbitrary<Settled> = fc.record({
  tagMutability: fc.record({
    mutability: fc.constantFrom(...mutabilities),
    exclusions: fc.array(pattern(128), { maxLength: 5 }),
  }),
  scanOnPush: fc.boolean(),
  lifecycle: fc.option(fc.oneof(fc.constant('none'), hexadecimal), { nil: undefined }),
});
const holder = fc.string({ unit: fc.constantFrom(...'aZ09-'), minLength: 1, maxLength: 256 });
const memory: fc.Arbitrary<Memory> = fc.record({
  holder,
  found: settled,
  before: settled,
  beforeBy: fc.option(hexadecimal, { nil: undefined }),
  set: settled,
  setBy: fc.option(hexadecimal, { nil: undefined }),
  from: fc.option(fc.record({ holder, taken: settled, set: settled }), { nil: undefined }),
  own: fc.option(settled, { nil: undefined }),
});

describe('what is remembered in tags', () => {
  test('is read as it was written', () => {
    fc.assert(fc.property(memory, (given) => expect(decodeMemory(encodeMemory(given))).toEqual(given)));
  });

  test('keeps the grammar of tags, and leaves a repository half of its 50', () => {
    fc.assert(
      fc.property(memory, (given) => {
        const tags = [...encodeMemory(given)];
        for (const [key, value] of tags) {
          expect(key).toMatch(/^ecr-hardening:[a-z]+(\.\d+)?$/);
          expect(value).toMatch(/^[\w.:/=+@-]{1,256}$/);
        }
        expect(tags.length).toBeLessThanOrEqual(35);
      }),
    );
  });

  test('is read through the longer one that it was written over', () => {
    fc.assert(
      fc.property(memory, memory, (earlier, given) => {
        const later = {
          ...given,
          from: given.from ?? { holder: 'x', taken: given.set, set: given.set },
          own: given.own ?? given.found,
        };
        const tags = new Map([...encodeMemory(earlier), ...encodeMemory(later)]);
        expect(decodeMemory(tags)).toEqual(later);
      }),
    );
  });

  test('can be read by an operator', () => {
    const found: Settled = {
      tagMutability: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest', 'dev-*'] },
      scanOnPush: true,
      lifecycle: 'none',
    };
    const before = { ...found, lifecycle: undefined };
    const tags = encodeMemory({
      holder: 'ecr-settings-Settings-0123456789ab',
      found,
      before,
      beforeBy: '0123456789abcdef',
      set: found,
      setBy: 'fedcba9876543210',
      from: undefined,
      own: undefined,
    });
    expect(Object.fromEntries(tags)).toEqual({
      'ecr-hardening:holder': 'ecr-settings-Settings-0123456789ab',
      'ecr-hardening:found': 'IMMUTABLE_WITH_EXCLUSION:latest:dev-+/scan=on/lifecycle=none.',
      'ecr-hardening:before':
        'IMMUTABLE_WITH_EXCLUSION:latest:dev-+/scan=on/lifecycle=untouched/by=0123456789abcdef.',
      'ecr-hardening:set':
        'IMMUTABLE_WITH_EXCLUSION:latest:dev-+/scan=on/lifecycle=none/by=fedcba9876543210.',
    });
  });

  test.each([
    ['nothing', {}],
    ['other tags only', { team: 'orders' }],
    ['one tag of it', { 'ecr-hardening:holder': 'x' }],
    [
      'a text that somebody edited',
      {
        'ecr-hardening:holder': 'x',
        'ecr-hardening:found': 'IMMUTABLE',
        'ecr-hardening:before': 'MUTABLE/scan=on/lifecycle=none.',
        'ecr-hardening:set': 'MUTABLE/scan=on/lifecycle=none.',
      },
    ],
    [
      'a mutability that there is not',
      {
        'ecr-hardening:holder': 'x',
        'ecr-hardening:found': 'SOLID/scan=on/lifecycle=none.',
        'ecr-hardening:before': 'MUTABLE/scan=on/lifecycle=none.',
        'ecr-hardening:set': 'MUTABLE/scan=on/lifecycle=none.',
      },
    ],
  ])('is none where there is %s', (_what, tags) => {
    expect(decodeMemory(new Map(Object.entries(tags)))).toBeUndefined();
  });

  test('knows its own tags', () => {
    expect(memoryKeys(new Map(Object.entries({ team: 'a', 'ecr-hardening:holder': 'x' })))).toEqual([
      'ecr-hardening:holder',
    ]);
  });
});

describe('a holder', () => {
  test.each(['ecr-settings-Settings-0123456789ab', 'a'.repeat(256)])(
    'is the physical id, where a tag takes it',
    (id) => {
      expect(holderOf(id)).toBe(id);
    },
  );

  test('is the same short text each time, where a tag does not', () => {
    const long = `ecr-settings-${'A'.repeat(255)}-0123456789ab`;
    expect(holderOf(long)).toMatch(/^ecr-settings-[0-9a-f]{16}-0123456789ab$/);
    expect(holderOf(long)).toBe(holderOf(long));
    expect(holderOf('a,b')).not.toBe(holderOf('a;b'));
  });

  test('is of one stack with another by the hash at its end', () => {
    const of = (logicalId: string, stack: string) => holderOf(`ecr-settings-${logicalId}-${stack}`);
    expect(isSameStack(of('A', '0123456789ab'), of('B', '0123456789ab'))).toBe(true);
    expect(isSameStack(of('A'.repeat(255), '0123456789ab'), of('B', '0123456789ab'))).toBe(true);
    expect(isSameStack(of('A', '0123456789ab'), of('A', 'ba9876543210'))).toBe(false);
    expect(isSameStack('x', 'x')).toBe(false);
  });
});
