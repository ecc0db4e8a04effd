import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Bench, type BenchPath } from './bench';
import { BUSY_THRESHOLD, describeMachine, type Machine } from './machine';
import { type Options, parseOptions, USAGE, UsageError } from './options';
import { PATHS, RSS_UNDER_BENCH } from './paths';
import { canPin, ROOT } from './processes';
import { toJson } from './report/json';
import { toMarkdown } from './report/markdown';
import { percent } from './report/numbers';
import { describeResult } from './report/terminal';
import type { Result } from './result';
import { type Services, startServices } from './services';
import { memoryUnderBench } from './start-path';

const DOCS = path.join(ROOT, 'docs/performance.md');
const print = (line: string): void => console.log(line);

async function main(args: string[]): Promise<number> {
  const options = parseOptions(
    args,
    PATHS.map(({ name }) => name),
  );
  if (options.help) print(USAGE);
  else if (options.list)
    for (const { name, description } of PATHS) print(`${name.padEnd(30)} ${description}`);
  else return run(options);
  return 0;
}

async function run(options: Options): Promise<number> {
  const machine = await describeMachine(new Date());
  printMachine(machine);
  const services = await startServices();
  endOnSignals(services);
  const bench = new Bench(options, services, print);
  try {
    const { results, skipped, failed } = await measureAll(bench);
    write(bench, machine, results, skipped, failed.length > 0);
    return failed.length > 0 ? 1 : 0;
  } finally {
    await bench.stop();
    await services.stop();
  }
}

function printMachine({ cpu, cores, node, busyBefore }: Machine): void {
  print(`${cpu}, ${cores} cores, Node ${node}`);
  if (busyBefore > BUSY_THRESHOLD)
    print(`Other processes use ${percent(busyBefore)} of this machine: do not quote these results.`);
  if (!canPin) print('Only one core, or no taskset: server and client may share a core.');
}

/** On a signal, removes the data directory. The servers end with this process if the machine has setpriv. */
function endOnSignals(services: Services): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void services.stop().finally(() => process.exit(130)));
}

async function measureAll(bench: Bench) {
  const { only } = bench.options;
  const results: Result[] = [];
  const skipped: string[] = [];
  const failed: string[] = [];
  for (const one of PATHS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    print(`\n${one.name}: ${one.description}`);
    const missing = missingServer(one, bench.services);
    if (missing) {
      skipped.push(`${one.name} (needs ${missing} on this machine)`);
      print(`  skipped: needs ${missing} on this machine`);
      continue;
    }
    results.push(...(await measure(bench, one, failed)));
  }
  const peak = memoryUnderBench(bench.peaks, RSS_UNDER_BENCH);
  if (peak) {
    print(`\n${peak.path}: peak memory of a server during the measurement`);
    for (const line of describeResult(peak)) print(line);
    results.push(peak);
  }
  return { results, skipped, failed };
}

/** Returns the server that a path needs and the machine does not have. */
function missingServer({ needs }: BenchPath, { redisUrl, natsUrl }: Services): string | undefined {
  if (needs === 'redis' && redisUrl === undefined) return 'redis-server';
  if (needs === 'nats' && natsUrl === undefined) return 'nats-server';
  return undefined;
}

/** Reports a failed path and continues with the others. */
async function measure(bench: Bench, one: BenchPath, failed: string[]): Promise<Result[]> {
  try {
    const results = await one.measure(bench);
    for (const result of results) {
      if (results.length > 1) print(`  ${result.path}`);
      for (const line of describeResult(result)) print(line);
    }
    return results;
  } catch (error) {
    failed.push(one.name);
    print(`  FAILED: ${(error as Error).stack}`);
    return [];
  }
}

function write(bench: Bench, machine: Machine, results: Result[], skipped: string[], broken: boolean): void {
  const { json, docs, connections } = bench.options;
  if (json !== undefined) {
    mkdirSync(path.dirname(path.resolve(json)), { recursive: true });
    writeFileSync(json, toJson(results));
  }
  if (!docs) return;
  if (broken) return print('\ndocs/performance.md not updated: a path failed.');
  const { rounds, seconds } = bench.effort;
  writeFileSync(
    DOCS,
    toMarkdown(results, { machine, connections, rounds, seconds, pinned: canPin, skipped }),
  );
  print('\nWrote docs/performance.md');
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.stack);
    process.exit(1);
  },
);
