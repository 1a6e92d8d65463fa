/** Two projects: `unit` has no prerequisites, `end-to-end` starts the local AWS once for all test files. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    // ES modules are converted because jest runs CommonJS.
    '\\.(ts|mjs)$|node_modules/(leven|echarts|zrender|tslib)/.*\\.js$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(leven|echarts|zrender|tslib)/)'],
  // .aws-sam has SAM's builds and the Python environments, which jest must not crawl.
  modulePathIgnorePatterns: ['<rootDir>/\\.aws-sam/'],
};

/** The corpus of public templates takes longer and is not in the repository: only `npm run test:corpus` runs it. */
const corpus = { ...common, displayName: 'corpus', testMatch: ['<rootDir>/test/corpus/**/*.test.ts'] };

/** A release, which builds everything, and what has to be repeated to be believed: only `npm run test:long` runs it. */
const long = {
  ...common,
  displayName: 'long',
  testMatch: ['<rootDir>/test/long/**/*.test.ts'],
  globalSetup: '<rootDir>/test/end-to-end/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/end-to-end/support/global-teardown.ts',
};

/** Thousands of random histories, and all of what `npm test` runs a share of (test/support/share.ts): only `npm run test:chaos` runs them. */
const chaos = {
  ...common,
  displayName: 'chaos',
  testMatch: [
    '<rootDir>/test/chaos/**/*.test.ts',
    '<rootDir>/test/unit/**/*.property.test.ts',
    '<rootDir>/test/unit/custom-resource/{faults,faults-transactions,crashes,concurrency,claims}.test.ts',
    '<rootDir>/test/unit/cli/audit-html.test.ts',
    '<rootDir>/test/unit/cloudformation/stack-conditions.test.ts',
    '<rootDir>/test/unit/scan-alerts/digest.test.ts',
    '<rootDir>/test/unit/template-text/{compose-quickly,idempotence}.test.ts',
  ],
};

const everyday = [
  {
    ...common,
    displayName: 'unit',
    testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
    globalSetup: '<rootDir>/test/unit/global-setup.ts',
    globalTeardown: '<rootDir>/test/unit/global-teardown.ts',
  },
  {
    ...common,
    displayName: 'end-to-end',
    testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'],
    globalSetup: '<rootDir>/test/end-to-end/support/global-setup.ts',
    globalTeardown: '<rootDir>/test/end-to-end/support/global-teardown.ts',
  },
];

module.exports = {
  // Ends a test that hangs, without failing a slow one: several files of tests share the machine.
  testTimeout: 180_000,
  testSequencer: '<rootDir>/tools/test-order.cjs',
  projects: { corpus: [corpus], long: [long], chaos: [chaos] }[process.env.ECR_HARDENING_SUITE] ?? everyday,
};
