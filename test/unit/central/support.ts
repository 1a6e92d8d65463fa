/** Reports of keepers as the centre of an organisation receives them. */
import type { CentralRegistry } from '../../../sweep/central/registries.ts';
import { hostile } from '../cli/support/audits.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
/** Milliseconds since 1970: 29 November 2026, 12:00 UTC. */
export const now = Date.UTC(2026, 10, 29, 12);
export const limits = { lateAfterDays: 2, forgetAfterDays: 30 };

/** What one keeper has reported. @param hours since then */
export function registry(
  account: string,
  region: string,
  hours: number,
  more: Partial<CentralRegistry> = {},
): CentralRegistry {
  const receivedAt = now - hours * hour;
  return {
    ...{ account, region, receivedAt, sweep: `sweep-${hours}`, action: 'sweep', mode: 'Mend' },
    ...{ startedAt: receivedAt - 600_000, endedAt: receivedAt - 1_000, repositories: 40 },
    ...{
      states: { safe: 40 },
      atRisk: { repositories: 0, images: 0, unread: 0 },
      changes: [],
      changed: 0,
      isWhole: false,
      hasReport: true,
    },
    ...more,
  };
}

/** An organisation with whatever can be said of a registry. */
export const organisation: readonly CentralRegistry[] = [
  registry('111111111111', 'eu-central-1', 3, {
    states: { hardened: 12, safe: 23, exempt: 2, 'left-to-stack': 3 },
    changes: [
      {
        value: { kind: 'state', before: 'safe', state: 'hardened' },
        count: 12,
        names: ['checkout/api', 'checkout/worker', hostile],
      },
      { value: { kind: 'exemption', exemption: 'ends-soon' }, count: 1, names: ['vendor/stable'] },
    ],
    changed: 15,
  }),
  registry('111111111111', 'us-east-1', 5, {
    mode: 'Report',
    states: { 'would-harden': 30, safe: 10 },
    atRisk: { repositories: 0, images: 0, unread: 2 },
  }),
  registry('222222222222', 'eu-central-1', (9 * day) / hour, {
    states: { failed: 2, refused: 1, 'left-after-drift': 4, safe: 33 },
    atRisk: { repositories: 2, images: 17, unread: 1 },
    changes: [{ value: { kind: 'at-risk' }, count: 2, names: ['payments/api', 'payments/ledger'] }],
    changed: 2,
    hasReport: false,
  }),
  registry('333333333333', 'ap-southeast-2', 0, {
    action: 'release',
    isWhole: true,
    states: { released: 1_500, kept: 1 },
    repositories: 1_501,
  }),
];
