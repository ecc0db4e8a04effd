import path from 'node:path';
import { type Client, startClient } from './client/client';
import type { Options } from './options';
import { ROOT } from './processes';
import type { Result } from './result';
import { type Seed, seed } from './seed';
import { type Server, startWaybill, type WaybillOptions } from './servers';
import type { Services } from './services';

/** Amount of work to measure. */
export interface Effort {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  /** Callers in the seed, with 50 packages each. */
  callers: number;
  /** Registrations per round. */
  jobs: number;
  /** Orders of the stream per round. */
  orders: number;
  starts: number;
  overloadSeconds: number;
}

const FULL: Effort = {
  ...{ rounds: 5, seconds: 5, warmUpSeconds: 3 },
  ...{ callers: 40, jobs: 2_000, orders: 40_000, starts: 5, overloadSeconds: 8 },
};
const QUICK: Effort = {
  ...{ rounds: 2, seconds: 1, warmUpSeconds: 0.5 },
  ...{ callers: 4, jobs: 300, orders: 2_000, starts: 1, overloadSeconds: 2 },
};

/** One measured path. To add one, add an entry to paths.ts. */
export interface BenchPath {
  name: string;
  description: string;
  /** The path is skipped with a message if the machine does not have this server. */
  needs?: 'redis' | 'nats';
  measure(bench: Bench): Promise<Result[]>;
}

/** One run of the bench: its services and the state that paths share. */
export class Bench {
  readonly effort: Effort;
  readonly client: Client;
  /** Peak memory of our servers during the measurement, by path. */
  readonly peaks = new Map<string, number>();
  private shared: Promise<{ server: Server; seed: Seed; databaseUrl: string }> | undefined;

  constructor(
    readonly options: Options,
    readonly services: Services,
    readonly print: (line: string) => void,
  ) {
    this.effort = options.quick ? QUICK : FULL;
    this.client = startClient(path.join(services.dir, 'client.log'));
  }

  /** Starts one of our servers. */
  start(name: string, options: Pick<WaybillOptions, 'role' | 'databaseUrl' | 'redis' | 'broker'>) {
    const { cbr, dir } = this.services;
    return startWaybill({
      ...options,
      cbr,
      dir: path.join(dir, name),
      ...(this.options.profile && { profileFile: this.profileFile(name) }),
    });
  }

  profileFile = (name: string): string => path.join(ROOT, `.data/bench/${name}.cpuprofile`);

  /** Returns the Redis options with a prefix; undefined if the machine has no Redis. */
  redis(prefix: string): WaybillOptions['redis'] {
    const { redisUrl } = this.services;
    return redisUrl === undefined ? undefined : { url: redisUrl, prefix };
  }

  /** Returns the server that all HTTP paths share, with callers who have packages. */
  http(): Promise<{ server: Server; seed: Seed; databaseUrl: string }> {
    return (this.shared ??= this.startHttp());
  }

  async stop(): Promise<void> {
    const shared = await this.shared?.catch(() => undefined);
    await shared?.server.stop();
    await this.client.stop();
  }

  // If Redis is available, a separate process prices the packages, so that the measured process only serves requests.
  private async startHttp() {
    const databaseUrl = await this.services.createDatabase('bench_http');
    const redis = this.redis('bench_http');
    const worker = await this.start('seed', { role: 'all', databaseUrl, redis });
    const seeded = await seed(worker.url, databaseUrl, this.client, this.effort.callers).finally(() =>
      worker.stop(),
    );
    const server = await this.start('http', { role: redis ? 'api' : 'all', databaseUrl, redis });
    return { server, seed: seeded, databaseUrl };
  }
}
