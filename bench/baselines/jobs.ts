// A BullMQ worker whose job is a single committed INSERT.
import { createPostgresBackend, type Job, Worker, type WorkerOptions } from 'bullmq';
import { Pool } from 'pg';
import { v7 } from 'uuid';
import { createTable, insertion, type Registration } from './registrations';

const options = JSON.parse(process.env.QUEUE!) as { name: string; connection: object; prefix?: string };
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

async function main(): Promise<void> {
  await createTable(pool);
  const { name, ...rest } = options;
  const worker = new Worker(
    name,
    async (job: Job<Registration>) => void (await pool.query(insertion(v7(), job.data))),
    { ...rest, concurrency: 10 } as unknown as WorkerOptions,
    ...(process.env.QUEUE_ON === 'postgres' ? [createPostgresBackend as never] : []),
  );
  await worker.waitUntilReady();
  process.stdout.write('ready\n');
}

void main();
