import { type DynamicModule, Module } from '@nestjs/common';
import { BullModule } from '@nestjs/bullmq';
import { createPostgresBackend, setDefaultBackendFactory } from 'bullmq';
import { Doorbells } from './doorbells';
import { queueNames } from './queues';

export interface QueueOptions {
  /** The PostgreSQL that carries the queues, in a schema of their own. */
  databaseUrl: string;
}

// BullMQ opens a pool for every queue and worker.
const CONNECTIONS_A_POOL = 3;

/** The task queues, on BullMQ. */
@Module({})
export class QueueModule {
  static register({ databaseUrl }: QueueOptions): DynamicModule {
    setDefaultBackendFactory(createPostgresBackend);
    const connection = {
      connectionString: databaseUrl,
      schema: 'bullmq',
      migrate: true,
      max: CONNECTIONS_A_POOL,
    };
    return {
      module: QueueModule,
      global: true,
      imports: [
        BullModule.forRoot({ connection: connection as never }),
        ...queueNames.map((name) => BullModule.registerQueue({ name })),
      ],
      providers: [Doorbells],
      exports: [Doorbells],
    };
  }
}
