import type { Machine } from '../machine';
import type { Result } from '../result';
import { notesOf } from './costs';
import { toJson } from './json';
import { type RunInfo, table, toMarkdown } from './markdown';
import { figure } from './numbers';
import { describeResult } from './terminal';

const cost = (cpu: number) => ({ p50: 0.5, p99: 12.34, cpu, rss: 140 });
const compared: Result = {
  path: 'livez',
  unit: 'requests/s',
  ours: 9_000,
  baseline: 36_000,
  ratio: 0.25,
  spread: 0.04,
  noisy: false,
  target: 0.6,
  cost: { ours: cost(100), baseline: cost(30) },
  notes: ['the client used 97 % of its core'],
};
const absolute: Result = {
  path: 'start-to-ready',
  unit: 's',
  ours: 1.4,
  baseline: null,
  ratio: null,
  spread: 0.1,
  noisy: false,
  target: 1.5,
  notes: [],
};
const machine: Machine = {
  cpu: 'AMD EPYC',
  cores: 2,
  memoryGb: 8,
  system: 'Linux 6 x64',
  node: 'v24.21.0',
  date: '2026-11-21',
  busyBefore: 0.02,
};
const run: RunInfo = { machine, connections: 16, rounds: 5, seconds: 5, pinned: true, skipped: [] };

describe('docs/performance.md', () => {
  it('names the machine and shows each path with its ratio, its target and the verdict', () => {
    const text = toMarkdown([compared, absolute], run);
    expect(text).toContain('Measured on 2026-11-21: AMD EPYC, 2 cores, 8 GB, Linux 6 x64, Node v24.21.0.');
    expect(text).toMatch(
      /\| livez +\| 9,000 requests\/s +\| 36,000 requests\/s +\| 0\.25 +\| 0\.30 +\| 4 % +\| ≥ 0\.60 +\| not reached +\|/,
    );
    expect(text).toMatch(/\| livez +\| ours +\| 0\.50 +\| 12\.3 +\| 100 +\| 140 +\|/);
    expect(text).toMatch(/\| start-to-ready +\| 1\.40 s +\| 10 % +\| ≤ 1\.5 s +\| reached +\|/);
    expect(text).toContain('- livez: the client used 97 % of its core.');
  });

  it('gives no verdict on noisy results', () => {
    const text = toMarkdown([{ ...compared, ratio: 0.9, spread: 0.5, noisy: true }], run);
    expect(text).toMatch(/too noisy/);
    expect(text).not.toMatch(/\| reached/);
  });

  it('warns about a busy machine, and lists skipped paths', () => {
    const busy = {
      ...run,
      machine: { ...machine, busyBefore: 0.5 },
      skipped: ['packages-post, which needs redis'],
    };
    expect(toMarkdown([compared], busy)).toMatch(/Other processes used 50 % of the machine/);
    expect(toMarkdown([compared], busy)).toContain('Skipped: packages-post, which needs redis.');
    expect(toMarkdown([compared], run)).not.toMatch(/Other processes used|Skipped/);
  });

  it('formats tables as prettier does', () => {
    expect(table(['a', 'long'], [['value', 'b']])).toBe(
      '| a     | long |\n| ----- | ---- |\n| value | b    |',
    );
  });
});

describe('the terminal', () => {
  it('shows both sides and the verdict', () => {
    expect(describeResult(compared)).toEqual([
      '  ours      9,000 requests/s, p50 0.50 ms, p99 12.3 ms, CPU 100 µs each, RSS 140 MB',
      '  baseline  36,000 requests/s, p50 0.50 ms, p99 12.3 ms, CPU 30.0 µs each, RSS 140 MB',
      '  ratio 0.25 (by CPU 0.30), target 0.60: not reached (rounds within 4 %)',
      '  the client used 97 % of its core',
    ]);
  });

  it('omits missing figures', () => {
    expect(describeResult(absolute)).toEqual([
      '  ours      1.40 s',
      '  at most 1.5 s: reached (rounds within 10 %)',
    ]);
  });

  it('marks a noisy run as invalid', () => {
    expect(describeResult({ ...compared, spread: 0.3, noisy: true })).toContain(
      '  ratio 0.25 (by CPU 0.30), target 0.60: too noisy (rounds differ by 30 %)',
    );
  });
});

it('writes JSON with stable fields', () => {
  const [first] = JSON.parse(toJson([compared])) as object[];
  expect(first).toMatchObject({
    path: 'livez',
    ours: 9_000,
    baseline: 36_000,
    ratio: 0.25,
    spread: 0.04,
    target: 0.6,
    noisy: false,
  });
});

it('warns when the client uses too much of its core', () => {
  const rounds = (clientCpu: number) => [{ clientCpu }, { clientCpu }];
  expect(notesOf(rounds(0.4), rounds(0.8))).toEqual([]);
  expect(notesOf(rounds(0.4), rounds(0.97))).toEqual([
    'the client used 97 % of its core against the baseline, which may be faster',
  ]);
});

it('writes figures with their significant digits', () => {
  expect([0.256, 12.34, 1_234.5, Number.NaN, Infinity].map(figure)).toEqual([
    ...['0.26', '12.3', '1,235', '–', '–'],
  ]);
});
