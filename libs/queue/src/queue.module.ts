import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { BullModule } from '@nestjs/bullmq';
import type { RedisAddress } from '@waybill/config';
import { REDIS, type RedisClient } from '@waybill/redis';
import { DrainingWorker, type WorkerSetting } from './draining-worker';
import { EvictionCheck } from './eviction-check';
import { JobDispatcher } from './job-dispatcher';
import { QueueMetrics } from './queue-metrics';
import { postgresQueueBackend, QUEUE_BACKEND, type QueueBackend, redisQueueBackend } from './queue-backend';

export interface QueueOptions {
  /** PostgreSQL for the queues, in a separate schema. Used only without Redis. */
  databaseUrl: string;
  /** Redis for the queues; the one that `RedisModule` connects to. */
  redis: RedisAddress | undefined;
  /** Prefix of the queues' keys in Redis. */
  prefix: string;
  /** Concurrent jobs per queue and process. */
  concurrency: number;
}

const WORKER_SETTING = Symbol('WORKER_SETTING');

/** Task queues on BullMQ. Any class marked `@Processor(<queue>)` in the process handles that queue's jobs. */
@Module({})
export class QueueModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(WORKER_SETTING) private readonly setting: WorkerSetting,
    @Inject(QUEUE_BACKEND) private readonly backend: QueueBackend,
    private readonly dispatcher: JobDispatcher,
  ) {}

  static register(options: QueueOptions): DynamicModule {
    BullModule.workerClass = DrainingWorker;
    return {
      module: QueueModule,
      global: true,
      imports: [
        // Registers no queue, but imports the module that finds the processors.
        BullModule.registerQueue(),
        BullModule.forRootAsync({
          useFactory: (setting: WorkerSetting) => ({ connection: setting as never }),
          inject: [WORKER_SETTING],
        }),
      ],
      providers: [
        { provide: QUEUE_BACKEND, useFactory: backendFor(options), inject: [REDIS] },
        { provide: WORKER_SETTING, useFactory: settingFor(options), inject: [QUEUE_BACKEND] },
        JobDispatcher,
        EvictionCheck,
        QueueMetrics,
      ],
      exports: [JobDispatcher, WORKER_SETTING],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.backend.awaited) return;
    await Promise.all([
      this.dispatcher.ready(),
      ...Array.from(this.setting.workers, (worker) => worker.waitUntilReady()),
    ]);
  }

  /** Closes the workers before anything that a job may need: Nest would close them together with the database. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(Array.from(this.setting.workers, (worker) => worker.close()));
  }

  onApplicationShutdown(): void {
    this.backend.close();
  }
}

const backendFor =
  ({ databaseUrl, redis, prefix }: QueueOptions) =>
  (client: RedisClient | undefined): QueueBackend =>
    client && redis ? redisQueueBackend(client, redis, prefix) : postgresQueueBackend(databaseUrl);

const settingFor =
  ({ concurrency }: QueueOptions) =>
  (backend: QueueBackend): WorkerSetting => ({ backend, concurrency, workers: new Set() });
