/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/bench', '<rootDir>/test', '<rootDir>/tools'],
  testRegex: String.raw`\.spec\.ts$`,
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata'],
  transform: { [String.raw`\.ts$`]: '@swc/jest' },
  moduleNameMapper: { '^@waybill/([^/]+)$': '<rootDir>/libs/$1/src/index.ts' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  // One more than the cores of a small machine: some suites wait for servers and intervals.
  maxWorkers: 3,
  // Of tests and hooks: longer than several deadlines of test/support/poll.ts, so that these say what was waited for.
  testTimeout: 300_000,
};
