import { describe, expect, test } from '@jest/globals';
import {
  driftDays,
  leftAloneFrom,
  recordUndoings,
  type Undoing,
  unknownActor,
} from '../../../../core/claims/drift.ts';
import type { DriftState } from '../../../../core/claims/drift-state.ts';
import { isDriftState } from '../../../../core/claims/drift-state.ts';
import fc from '../../../support/fast-check.ts';

const day = 24 * 60 * 60 * 1000;
const none: DriftState = { drifts: [] };
let count = 0;
const undoing = (at: number, more: Partial<Undoing> = {}): Undoing => {
  count += 1;
  return { id: `event-${count}`, at, by: 'terraform', setting: 'tagMutability', ...more };
};
const stateAfter = (undoings: readonly Undoing[], now = undoings.at(-1)?.at ?? 0) =>
  undoings.reduce(
    // Each time it had been restored just before.
    (state, each) => recordUndoings(state, [each], { now: Math.max(now, each.at), restoredAt: each.at - 1 }),
    none,
  );
const afterRestoring = (at: number) => ({ now: at, restoredAt: at - 1 });

describe('what was undone', () => {
  test('is left alone from the third time on', () => {
    const twice = stateAfter([undoing(1), undoing(day)]);
    expect(twice.left).toBeUndefined();
    const thrice = recordUndoings(twice, [undoing(2 * day, { by: 'ana' })], afterRestoring(2 * day));
    expect(thrice.left).toEqual({ at: 2 * day, by: 'ana', times: 3 });
    // The state is the same one, so that nothing is written.
    expect(recordUndoings(thrice, [undoing(3 * day)], afterRestoring(3 * day))).toBe(thrice);
  });

  test('counts once if the event is delivered again', () => {
    const event = undoing(1);
    const once = stateAfter([event]);
    expect(recordUndoings(once, [event], { now: day, restoredAt: 0 })).toBe(once);
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

  test('counts once until it is restored, whoever sets it again or finds it so, and is the last one’s', () => {
    const times = { now: 20_000, restoredAt: 5000 };
    const calls = [undoing(9000, { by: 'ana' }), undoing(8000), undoing(7000)];
    const once = recordUndoings(none, calls, times);
    expect(once.drifts).toMatchObject([{ by: 'ana', at: 9000 }]);
    expect(recordUndoings(once, [undoing(10_000)], times)).toBe(once);
    const found = (['tagMutability', 'scanOnPush'] as const).map((setting) =>
      undoing(12_000, { by: unknownActor, setting }),
    );
    expect(recordUndoings(once, found, times)).toBe(once);
    const restored = { ...times, restoredAt: 11_000 };
    expect(recordUndoings(once, found, restored).drifts).toMatchObject([
      { by: 'ana' },
      { by: unknownActor, settings: ['tagMutability', 'scanOnPush'] },
    ]);
  });

  test('before it was restored does not count, however late its event arrives', () => {
    const times = { now: 20_000, restoredAt: 10_500 };
    expect(recordUndoings(none, [undoing(9000)], times)).toBe(none);
    // Its time is that of the second in which it was.
    expect(recordUndoings(none, [undoing(10_000)], times).drifts).toHaveLength(1);
  });

  test('does not count again, once it is resumed, because a sweep finds it', () => {
    const resumed: DriftState = { drifts: [], isResumed: true };
    expect(recordUndoings(resumed, [undoing(1, { by: unknownActor })], afterRestoring(1))).toEqual(none);
    expect(recordUndoings(resumed, [undoing(1)], afterRestoring(1))).toMatchObject({
      drifts: [{ by: 'terraform' }],
    });
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
      fc.property(fc.array(fc.tuple(undoings, fc.nat(30 * day)), { maxLength: 5 }), (batches) => {
        let state = none;
        for (const [batch, restoredAt] of batches) {
          const next = recordUndoings(state, batch, { now: 30 * day, restoredAt });
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
