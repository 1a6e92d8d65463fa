const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that take longest, the longest first: a fresh clone has no durations of an earlier run. */
const long = [
  'unit/custom-resource/faults.test.ts',
  'unit/custom-resource/crashes.test.ts',
  'end-to-end/demo.test.ts',
  'end-to-end/upgrade.test.ts',
  'end-to-end/examples.test.ts',
  'end-to-end/races.test.ts',
  'end-to-end/custom-resource-concurrency.test.ts',
  'end-to-end/lost-permissions.test.ts',
  'end-to-end/local-aws/claims-table.test.ts',
  'unit/custom-resource/concurrency.test.ts',
  'unit/cli/audit.test.ts',
  'unit/custom-resource/read-lag.test.ts',
  'unit/custom-resource/rollback.test.ts',
];

const rankOf = (path) => {
  const rank = long.findIndex((part) => path.endsWith(`/${part}`));
  return rank === -1 ? long.length : rank;
};

/** Begins with the longest files, so that no worker is left alone with one of them at the end. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rankOf(one.path) - rankOf(other.path));
  }
};
