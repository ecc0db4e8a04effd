const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Runs suites with servers first as long as jest has not measured the suites, as in CI. Jest orders these by the size of
 * the file, so a short file that takes long, such as orders-killed.e2e.spec.ts, would run alone at the end.
 */
module.exports = class ServersFirst extends Sequencer {
  sort(tests) {
    const isEarly = ({ path, duration }) => duration === undefined && path.endsWith('.e2e.spec.ts');
    // oxlint-disable-next-line unicorn/no-array-sort -- no array
    const sorted = super.sort(tests);
    return [...sorted.filter(isEarly), ...sorted.filter((test) => !isEarly(test))];
  }
};
