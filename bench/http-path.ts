import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../test/support/poll';
import type { Bench, BenchPath } from './bench';
import type { Load, Request } from './client/load';
import { cpuSeconds, memory } from './processes';
import { type CpuProfile, topSelfTimes } from './profile';
import { medianCost, notesOf } from './report/costs';
import type { Cost, Result } from './result';
import type { Seed } from './seed';
import { type Server, startBaseline } from './servers';
import { compare } from './statistics';

const PROFILED_FUNCTIONS = 15;

export interface HttpPathOptions {
  name: string;
  description: string;
  target: number;
  needs?: 'redis';
  /** File in `baselines/`. */
  baseline: string;
  /** Requests to send to both sides, in turn. */
  requests: (seed: Seed) => Request[];
  /** Compares the replies by length only, because both sides answer differently each time (a POST). */
  compareLengthOnly?: boolean;
}

/** One round of one side. */
export interface Round extends Cost {
  perSecond: number;
  clientCpu: number;
}

/** Measures an HTTP path alternately with its baseline. */
export function httpPath(options: HttpPathOptions): BenchPath {
  const { name, description, needs } = options;
  return {
    name,
    description,
    ...(needs && { needs }),
    measure: async (bench) => [await measure(bench, options)],
  };
}

async function measure(bench: Bench, options: HttpPathOptions): Promise<Result> {
  const { server, seed, databaseUrl } = await bench.http();
  const requests = options.requests(seed);
  const first = requests[0]!;
  const reply = first.method === 'GET' ? await textOf(server, first) : '';
  const env = { DATABASE_URL: databaseUrl, ROUTE: first.path, REPLY: reply };
  const baseline = await startBaseline(options.baseline, env, path.join(bench.services.dir, options.name));
  try {
    await assertSameReplies(server, baseline, requests, options.compareLengthOnly ?? false);
    const { ours, theirs } = await measureAlternately(bench, { ours: server, theirs: baseline }, requests);
    bench.peaks.set(options.name, memory(server.pid).peak);
    if (bench.options.profile) await profile(bench, options.name, server, requests);
    return {
      path: options.name,
      unit: 'requests/s',
      ...compare(perSecond(ours), perSecond(theirs)),
      target: options.target,
      cost: { ours: medianCost(ours), baseline: medianCost(theirs) },
      notes: notesOf(ours, theirs),
    };
  } finally {
    await baseline.stop();
  }
}

const perSecond = (rounds: Round[]): number[] => rounds.map((round) => round.perSecond);

/** Alternates the sides (A B A B …) after warming up both. */
async function measureAlternately(
  bench: Bench,
  sides: { ours: Server; theirs: Server },
  requests: Request[],
): Promise<{ ours: Round[]; theirs: Round[] }> {
  const { rounds, seconds, warmUpSeconds } = bench.effort;
  for (const side of [sides.ours, sides.theirs]) await load(bench, side, requests, warmUpSeconds);
  const ours: Round[] = [];
  const theirs: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await measureRound(bench, sides.ours, requests, seconds));
    theirs.push(await measureRound(bench, sides.theirs, requests, seconds));
  }
  return { ours, theirs };
}

async function measureRound(
  bench: Bench,
  side: Server,
  requests: Request[],
  seconds: number,
): Promise<Round> {
  const before = cpuSeconds(side.pid);
  const { perSecond: rate, good, p50, p99, clientCpu } = await load(bench, side, requests, seconds);
  const cpu = ((cpuSeconds(side.pid) - before) / good) * 1_000_000;
  return { perSecond: rate, p50, p99, cpu, rss: memory(side.pid).now, clientCpu };
}

/** @throws Error on any reply other than 2xx, because the speed of errors says nothing. */
async function load(bench: Bench, side: Server, requests: Request[], seconds: number): Promise<Load> {
  const { connections } = bench.options;
  const done = await bench.client.run({ kind: 'closed', url: side.url, requests, connections, seconds });
  if (done.failed + done.refused > 0 || done.good === 0)
    throw new Error(
      `${requests[0]!.method} ${requests[0]!.path}: ${done.good} good replies, ${done.refused} refused, ${done.failed} failed`,
    );
  return done;
}

/** Checks that the baseline returns the same replies. */
async function assertSameReplies(
  ours: Server,
  theirs: Server,
  requests: Request[],
  byLength: boolean,
): Promise<void> {
  for (const request of [requests[0]!, requests.at(-1)!]) {
    const texts = await Promise.all([textOf(ours, request), textOf(theirs, request)]);
    const [a, b] = byLength ? texts.map((text) => text.length) : texts;
    if (a !== b) throw new Error(`The baseline returns a different reply:\n${texts[0]}\n${texts[1]}`);
  }
}

async function textOf({ url }: Server, { method, path: target, headers, body }: Request): Promise<string> {
  const reply = await fetch(url + target, { method, headers: headers ?? {}, body: body ?? null });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${reply.url}: ${reply.status} ${text}`);
  return text;
}

async function profile(bench: Bench, name: string, server: Server, requests: Request[]): Promise<void> {
  const written = bench.profileFile('http');
  rmSync(written, { force: true });
  mkdirSync(path.dirname(written), { recursive: true });
  process.kill(server.pid, 'SIGUSR2');
  await load(bench, server, requests, bench.effort.seconds);
  process.kill(server.pid, 'SIGUSR2');
  const text = await eventually(() => existsSync(written) && wholeJson(written), {
    describe: 'the CPU profile is written',
    deadlineMs: 30_000,
  });
  renameSync(written, bench.profileFile(name));
  bench.print(`  ${bench.profileFile(name)}, by self time:`);
  for (const { where, share } of topSelfTimes(text, PROFILED_FUNCTIONS))
    bench.print(`  ${(share * 100).toFixed(1).padStart(5)} %  ${where}`);
}

function wholeJson(file: string): CpuProfile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  } catch {
    return undefined; // The profile is still being written.
  }
}
