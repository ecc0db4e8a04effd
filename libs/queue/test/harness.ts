import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '@waybill/config';
import { RedisModule } from '@waybill/redis';
import type { Job } from 'bullmq';
import { eventually } from '../../../test/support/poll';
import { JobDispatcher, QueueModule } from '../src';

/** Location of a test's queues. */
export interface QueuePlace {
  databaseUrl: string;
  redisUrl?: string;
  prefix: string;
}

export interface QueueProcess {
  dispatcher: JobDispatcher;
  /** Log lines of level `warn` and above. */
  warnings: string[];
  close(): Promise<void>;
}

/** Work of a job in a test. */
export type Work = (id: string, resource: Resource) => Promise<void>;

/** A resource that jobs need, closed when Nest closes databases. */
@Injectable()
export class Resource implements OnApplicationShutdown {
  open = true;

  onApplicationShutdown(): void {
    this.open = false;
  }
}

/** Starts a process that enqueues jobs. */
export const startProducer = (place: QueuePlace): Promise<QueueProcess> => start(place, [], 1);

/** Starts a process that runs the jobs. */
export function startWorker(place: QueuePlace, work: Work, { concurrency = 10 } = {}): Promise<QueueProcess> {
  @Processor('registrations')
  class TestProcessor extends WorkerHost {
    constructor(private readonly resource: Resource) {
      super();
    }

    process(job: Job<{ registrationId: string }>): Promise<void> {
      return work(job.data.registrationId, this.resource);
    }
  }
  return start(place, [TestProcessor], concurrency);
}

/** Returns work that records the IDs that it was called with. */
export function noting(): { work: Work; seen: string[] } {
  const seen: string[] = [];
  return { seen, work: async (id) => void seen.push(id) };
}

/** Returns work that runs until it is released. */
export function held(): {
  work: Work;
  running: string[];
  done: { id: string; open: boolean }[];
  release(): void;
} {
  const running: string[] = [];
  const done: { id: string; open: boolean }[] = [];
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const work: Work = async (id, resource) => {
    running.push(id);
    await gate;
    done.push({ id, open: resource.open });
  };
  return { work, running, done, release };
}

/** Waits for `count` entries and returns them sorted. */
export async function all(seen: string[], count: number): Promise<string[]> {
  await eventually(() => seen.length >= count, {
    describe: `${count} jobs are processed`,
  });
  return seen.toSorted();
}

async function start(place: QueuePlace, processors: Type[], concurrency: number): Promise<QueueProcess> {
  const { redis } = loadConfig('all', { REDIS_URL: place.redisUrl, REDIS_PREFIX: place.prefix });
  @Module({
    imports: [
      RedisModule.register(redis.queue),
      QueueModule.register({
        databaseUrl: place.databaseUrl,
        redis: redis.queue,
        prefix: redis.prefix,
        concurrency,
      }),
    ],
    providers: [Resource, ...processors],
  })
  class TestModule {}
  const warnings: string[] = [];
  const note = (message: string) => void warnings.push(message);
  const silent = () => undefined;
  const app = await NestFactory.createApplicationContext(TestModule, {
    logger: { log: silent, warn: note, error: note, fatal: note },
    abortOnError: false,
  });
  return { dispatcher: app.get(JobDispatcher), warnings, close: () => app.close() };
}
