const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Runs the end-to-end suites first until jest has measured them, for example in CI. Without measurements, jest orders
 * suites by file size, so a short file that takes long, such as orders-killed.e2e.spec.ts, would run alone at the end.
 */
module.exports = class ServersFirst extends Sequencer {
  sort(tests) {
    const isEarly = ({ path, duration }) => duration === undefined && path.endsWith('.e2e.spec.ts');
    // oxlint-disable-next-line unicorn/no-array-sort -- this is not Array.prototype.sort
    const sorted = super.sort(tests);
    return [...sorted.filter(isEarly), ...sorted.filter((test) => !isEarly(test))];
  }
};
