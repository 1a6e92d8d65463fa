/** One runner, two projects: `unit` needs nothing, `end-to-end` starts the local AWS once for all its files. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    // Also what is an ES module already: jest runs CommonJS.
    '\\.(ts|mjs)$|node_modules/(leven|echarts|zrender|tslib)/.*\\.js$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(leven|echarts|zrender|tslib)/)'],
  // .aws-sam holds what SAM built and the Python environments: nothing there is for jest to crawl.
  modulePathIgnorePatterns: ['<rootDir>/\\.aws-sam/'],
};

/** The corpus of public templates takes longer and is not part of a clone: `npm run test:corpus` alone runs it. */
const corpus = { ...common, displayName: 'corpus', testMatch: ['<rootDir>/test/corpus/**/*.test.ts'] };

const everyday = [
  { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
  {
    ...common,
    displayName: 'end-to-end',
    testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'],
    globalSetup: '<rootDir>/test/end-to-end/support/global-setup.ts',
    globalTeardown: '<rootDir>/test/end-to-end/support/global-teardown.ts',
  },
];

module.exports = {
  // A test that hangs is to end; one on a busy machine is not to fail.
  testTimeout: 60_000,
  projects: process.env.ECR_HARDENING_SUITE === 'corpus' ? [corpus] : everyday,
};
