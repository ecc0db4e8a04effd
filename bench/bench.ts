import path from 'node:path';
import { type Client, startClient } from './client/client';
import type { Options } from './options';
import { ROOT } from './processes';
import type { Result } from './result';
import { type Seed, seed } from './seed';
import { type Server, startWaybill, type WaybillOptions } from './servers';
import type { Services } from './services';

/** How much is measured. */
export interface Effort {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  /** Of the seed: callers with 50 packages each. */
  callers: number;
  /** Registrations a round. */
  jobs: number;
  starts: number;
  overloadSeconds: number;
}

const FULL: Effort = {
  ...{ rounds: 5, seconds: 5, warmUpSeconds: 3 },
  ...{ callers: 40, jobs: 2_000, starts: 5, overloadSeconds: 8 },
};
const QUICK: Effort = {
  ...{ rounds: 2, seconds: 1, warmUpSeconds: 0.5 },
  ...{ callers: 4, jobs: 300, starts: 1, overloadSeconds: 2 },
};

/** One thing that is measured. A new one is an entry in paths.ts. */
export interface BenchPath {
  name: string;
  says: string;
  /** Skipped, and said to be, where the machine has none. */
  needs?: 'redis';
  measure(bench: Bench): Promise<Result[]>;
}

/** One run of the bench: what it runs on, and what its paths share. */
export class Bench {
  readonly effort: Effort;
  readonly client: Client;
  /** The most memory that a server of ours held while it was measured, by path. */
  readonly peaks = new Map<string, number>();
  private shared: Promise<{ server: Server; seed: Seed; databaseUrl: string }> | undefined;

  constructor(
    readonly options: Options,
    readonly services: Services,
    readonly say: (line: string) => void,
  ) {
    this.effort = options.quick ? QUICK : FULL;
    this.client = startClient(path.join(services.dir, 'client.log'));
  }

  /** Starts a server of ours with a name of its own in everything that servers share. */
  start(name: string, options: Pick<WaybillOptions, 'role' | 'databaseUrl' | 'redis'>) {
    const { cbr, dir } = this.services;
    return startWaybill({
      ...options,
      cbr,
      dir: path.join(dir, name),
      ...(this.options.profile && { profileFile: this.profileFile(name) }),
    });
  }

  profileFile = (name: string): string => path.join(ROOT, `.data/bench/${name}.cpuprofile`);

  /** Redis, under a prefix; undefined where the machine has none. */
  redis(prefix: string): WaybillOptions['redis'] {
    const { redisUrl } = this.services;
    return redisUrl === undefined ? undefined : { url: redisUrl, prefix };
  }

  /** The server that answers the requests of all paths over HTTP, with callers who have packages. */
  http(): Promise<{ server: Server; seed: Seed; databaseUrl: string }> {
    return (this.shared ??= this.startHttp());
  }

  async stop(): Promise<void> {
    const shared = await this.shared?.catch(() => undefined);
    await shared?.server.stop();
    await this.client.stop();
  }

  // Packages are priced by a process that works; what is measured then is one that only answers, where there can be one.
  private async startHttp() {
    const databaseUrl = await this.services.createDatabase('bench_http');
    const redis = this.redis('bench_http');
    const worker = await this.start('seed', { role: 'all', databaseUrl, redis });
    const sown = await seed(worker.url, this.client, this.effort.callers).finally(() => worker.stop());
    const server = await this.start('http', { role: redis ? 'api' : 'all', databaseUrl, redis });
    return { server, seed: sown, databaseUrl };
  }
}
