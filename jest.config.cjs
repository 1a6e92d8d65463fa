/** One runner, two projects: `unit` needs nothing, `end-to-end` starts the local AWS once for all its files. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  // node_modules also holds the Python environments: nothing there is for jest to crawl.
  modulePathIgnorePatterns: ['<rootDir>/\\.aws-sam/', '<rootDir>/node_modules/\\.python/'],
};

module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...common,
      displayName: 'end-to-end',
      testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'],
      globalSetup: '<rootDir>/test/end-to-end/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/end-to-end/support/global-teardown.ts',
    },
  ],
};
