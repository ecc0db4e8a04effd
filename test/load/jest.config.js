const base = require('../../jest.config.js');

/** Long runs: npm run test:load. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/load'],
  testRegex: String.raw`\.load\.ts$`,
  maxWorkers: 1,
  testTimeout: 900_000,
};
