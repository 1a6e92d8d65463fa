import { describe, expect, test } from '@jest/globals';
import { formatSmallMoney } from '../../../wording/format.ts';
import fc from '../../support/fast-check.ts';

const amounts = fc.double({ min: 1e-4, max: 10_000, noNaN: true });
const read = (text: string) => Number(text.replaceAll(/[$,]/g, ''));

describe('the amount at a bar of a chart', () => {
  test.each([
    [0.0001, '$0.0001'],
    [0.004_81, '$0.0049'],
    [0.01, '$0.01'],
    [0.0999, '$0.10'],
    [0.35, '$0.35'],
    [1_204.2, '$1,205'],
  ])('%d dollars are %s', (dollars, words) => {
    expect(formatSmallMoney(dollars)).toBe(words);
  });

  test('is an upper bound, never more than a cent or a tenth too much', () => {
    fc.assert(
      fc.property(amounts, (dollars) => {
        const written = read(formatSmallMoney(dollars));
        expect(written).toBeGreaterThanOrEqual(dollars - 1e-9 * dollars);
        expect(written).toBeLessThanOrEqual(
          Math.max(dollars * 1.1 + 1e-12, dollars >= 100 ? dollars + 1 : 0),
        );
      }),
    );
  });

  test('differs where one bar is longer than the other by a tenth', () => {
    fc.assert(
      fc.property(amounts, (dollars) => {
        expect(read(formatSmallMoney(dollars * 1.101))).toBeGreaterThan(read(formatSmallMoney(dollars)));
      }),
    );
  });
});
