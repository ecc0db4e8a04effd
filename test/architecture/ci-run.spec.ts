import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { plantTree, projectRoot, removeTree } from './planted-tree';

/**
 * A fake npm: prints its arguments, fails for the command in FAILING, and writes jest's totals from TOTALS.
 */
const npm = `#!/usr/bin/env bash
echo "npm ran $1 $3; services: \${REQUIRE_SERVICES-none}"
status=0
for arg; do
  case $arg in
    --outputFile=*) [ -z "\${TOTALS-}" ] || printf '%s' "$TOTALS" > "\${arg#*=}" ;;
    "\${FAILING-}") status=1 ;;
  esac
done
exit $status
`;

const totals = (passed: number, failed: number, unloadable = 0) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: unloadable,
  });

describe('.ci/run', () => {
  let root: string;

  beforeEach(() => {
    root = plantTree(
      {
        'tools/bootstrap.js': `process.exit(process.env.FAILING === 'bootstrap' ? 1 : 0);`,
        'node_modules/.bin/npm': npm,
      },
      [],
    );
    chmodSync(join(root, 'node_modules/.bin/npm'), 0o755);
    mkdirSync(join(root, '.ci'));
    copyFileSync(join(projectRoot, '.ci/run'), join(root, '.ci/run'));
  });

  afterEach(() => removeTree(root));

  function run(environment: Record<string, string>): { status: number | null; lines: string[] } {
    const { TEST_SERVICES: _tests, REQUIRE_SERVICES: _required, ...inherited } = process.env;
    const env = { ...inherited, ...environment };
    const { status, stdout } = spawnSync('bash', [join(root, '.ci/run')], {
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  it("runs each check and ends with jest's totals", () => {
    const { status, lines } = run({ TOTALS: totals(7, 0) });

    expect(lines.filter((line) => line.startsWith('=== '))).toEqual([
      '=== bootstrap',
      '=== lint',
      '=== format',
      '=== types',
      '=== boundaries',
      '=== graph',
      '=== tests',
      '=== bench',
    ]);
    expect(lines.filter((line) => /^--- \w+: ok, \d+ s$/.test(line))).toHaveLength(8);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
    expect(status).toBe(0);
  });

  it.each([
    ['tests that failed', { FAILING: 'test', TOTALS: totals(5, 2) }, '5 passed, 2 failed'],
    ['a suite that did not load', { FAILING: 'test', TOTALS: totals(5, 0, 1) }, '5 passed, 1 failed'],
    [
      'a test run that ended badly with all tests passed',
      { FAILING: 'test', TOTALS: totals(5, 0) },
      '5 passed, 1 failed',
    ],
    ['tests that never ran', { FAILING: 'test' }, '0 passed, 1 failed'],
    ['a check before the tests', { FAILING: 'lint', TOTALS: totals(7, 0) }, '7 passed, 1 failed'],
    ['an install that failed', { FAILING: 'bootstrap' }, '0 passed, 1 failed'],
  ])('fails for %s', (_, environment, lastLine) => {
    const { status, lines } = run(environment);

    expect(lines.at(-1)).toBe(lastLine);
    expect(status).toBe(1);
  });

  it('requires every service that the code uses, unless TEST_SERVICES=none', () => {
    const services = (environment: Record<string, string>) =>
      run({ TOTALS: totals(1, 0), ...environment }).lines.find((line) => line.startsWith('npm ran test'));

    expect(services({})).toMatch(/services: postgres,redis,nats,rabbitmq$/);
    expect(services({ TEST_SERVICES: 'none' })).toMatch(/services: none$/);
  });
});
