const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * What comes first: the files that read everything in the local AWS, which each of the others adds to, then those that take
 * longest, the longest first: a fresh clone has no durations of an earlier run.
 */
const first = [
  'end-to-end/audit.test.ts',
  'unit/custom-resource/faults.test.ts',
  'end-to-end/docs.test.ts',
  'end-to-end/lost-permissions.test.ts',
  'end-to-end/cli-live.test.ts',
  'unit/custom-resource/crashes.test.ts',
  'end-to-end/macro-guard.test.ts',
  'end-to-end/demo.test.ts',
  'end-to-end/upgrade.test.ts',
  'end-to-end/keeper-events.test.ts',
  'end-to-end/organisation.test.ts',
  'end-to-end/keeper.test.ts',
  'end-to-end/local-aws/claims-table.test.ts',
  'end-to-end/custom-resource-concurrency.test.ts',
  'end-to-end/custom-resource-fleet.test.ts',
  'end-to-end/cfn-lint.test.ts',
  'end-to-end/cli-goldens.test.ts',
  'end-to-end/custom-resource-images-in-use.test.ts',
  'end-to-end/custom-resource-selection.test.ts',
  'end-to-end/custom-resource-lifecycle.test.ts',
  'end-to-end/races.test.ts',
  'end-to-end/examples.test.ts',
  'unit/custom-resource/concurrency.test.ts',
  'unit/cli/audit.test.ts',
  'unit/cli/audit-html-browser.test.ts',
  'unit/custom-resource/read-lag.test.ts',
  'unit/custom-resource/rollback.test.ts',
];

const rankOf = (path) => {
  const rank = first.findIndex((part) => path.endsWith(`/${part}`));
  return rank === -1 ? first.length : rank;
};

/** Begins with them, so that no worker is left alone with a long one at the end. */
module.exports = class FirstThingsFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rankOf(one.path) - rankOf(other.path));
  }
};
