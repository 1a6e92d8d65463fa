import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  driftDays,
  leftAloneFrom,
  recordUndoings,
  type Undoing,
  unknownActor,
} from '../../../../core/claims/drift.ts';
import type { DriftState } from '../../../../core/claims/drift-state.ts';
import { isDriftState } from '../../../../core/claims/drift-state.ts';

const day = 24 * 60 * 60 * 1000;
const none: DriftState = { drifts: [] };
let count = 0;
const undoing = (at: number, more: Partial<Undoing> = {}): Undoing => {
  count += 1;
  return { id: `event-${count}`, at, by: 'terraform', setting: 'tagMutability', ...more };
};
const stateAfter = (undoings: readonly Undoing[], now = undoings.at(-1)?.at ?? 0) =>
  undoings.reduce((state, each) => recordUndoings(state, [each], Math.max(now, each.at)), none);

describe('what was undone', () => {
  test('is left alone from the third time on', () => {
    const twice = stateAfter([undoing(1), undoing(day)]);
    expect(twice.left).toBeUndefined();
    const thrice = recordUndoings(twice, [undoing(2 * day, { by: 'ana' })], 2 * day);
    expect(thrice.left).toEqual({ at: 2 * day, by: 'ana', times: 3 });
    // The state is the same one, so that nothing is written.
    expect(recordUndoings(thrice, [undoing(3 * day)], 3 * day)).toBe(thrice);
  });

  test('counts once if the event is delivered again', () => {
    const event = undoing(1);
    const once = stateAfter([event]);
    expect(recordUndoings(once, [event], day)).toBe(once);
  });

  test('counts once if one run changes several settings, and twice if it changes the same one again', () => {
    const scan = undoing(1000, { setting: 'scanOnPush' });
    expect(stateAfter([undoing(1), scan]).drifts).toMatchObject([
      { settings: ['tagMutability', 'scanOnPush'] },
    ]);
    expect(stateAfter([undoing(1), undoing(1000)]).drifts).toHaveLength(2);
    expect(stateAfter([undoing(1), { ...scan, by: 'ana' }]).drifts).toHaveLength(2);
    expect(stateAfter([undoing(1), { ...scan, at: day }]).drifts).toHaveLength(2);
  });

  test('does not count again, once it is resumed, because a sweep finds it', () => {
    const resumed: DriftState = { drifts: [], isResumed: true };
    expect(recordUndoings(resumed, [undoing(1, { by: unknownActor })], 1)).toEqual(none);
    expect(recordUndoings(resumed, [undoing(1)], 1)).toMatchObject({ drifts: [{ by: 'terraform' }] });
  });

  test('more than 14 days ago does not count', () => {
    const late = driftDays * day + 2;
    expect(stateAfter([undoing(1), undoing(2), undoing(late)]).left).toBeUndefined();
  });

  test('is bounded, whatever the events are, and is what a record may have', () => {
    const undoings = fc.array(
      fc.record({
        id: fc.string(),
        at: fc.nat(30 * day),
        by: fc.constantFrom('terraform', 'ana'),
        setting: fc.constantFrom('tagMutability', 'scanOnPush'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.array(undoings, { maxLength: 5 }), (batches) => {
        let state = none;
        for (const batch of batches) {
          const next = recordUndoings(state, batch, 30 * day);
          // What is left alone stays so, until somebody resumes it.
          expect(next.left ?? state.left).toEqual(next.left);
          state = next;
        }
        expect(state.drifts.length).toBeLessThanOrEqual(10);
        expect(state.drifts.length >= leftAloneFrom).toBe(state.left !== undefined);
        expect(isDriftState(JSON.parse(JSON.stringify(state)))).toBe(true);
      }),
    );
  });
});
