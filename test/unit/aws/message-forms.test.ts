import { describe, expect, test } from '@jest/globals';
import { descriptionOf } from '../../../aws/sns/forms.ts';

const left = '… The rest is left out here: a subscription by email or of a queue has it.';

describe("the description of a chat application's notification", () => {
  test('ends after a whole line, with that the rest is left out', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `${index} R&D ${'x'.repeat(90)}`);
    const shown = descriptionOf(lines).split('\n');
    expect(shown.at(-1)).toBe(left);
    expect(shown.slice(0, -1)).toEqual(lines.slice(0, shown.length - 1));
    expect(descriptionOf(lines).length).toBeLessThanOrEqual(8_000);
  });

  test.each([0, 1, 2, 3, 4, 5])('of one long line ends before a character that would be cut (%i)', (more) => {
    const shown = descriptionOf([`${'x'.repeat(more)}${'&amp;'.repeat(3_000)}`]);
    expect(shown).toMatch(/^x*(&amp;)+\n… The rest/);
    expect(shown.length).toBeLessThanOrEqual(8_000);
  });

  test('is the text itself where all of it fits', () => {
    expect(descriptionOf(['one & two', 'three'])).toBe('one & two\nthree');
  });
});
