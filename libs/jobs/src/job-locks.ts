import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LockConnection } from './lock-connection';

/** An acquired lock on a job. */
export interface JobLock {
  /** Aborted when the lock is lost. From then on, another worker may run the job. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * One fleet-wide lock per job: a PostgreSQL advisory lock on a dedicated connection. PostgreSQL releases it when the
 * process ends, even if killed. Acquiring never waits.
 */
@Injectable()
export class JobLocks {
  private connection?: Promise<LockConnection>;

  constructor(private readonly dataSource: DataSource) {}

  /** @returns null at once if another process holds the lock. A process must not request a lock that it holds. */
  async tryLock(job: string): Promise<JobLock | null> {
    const connection = await this.connected();
    if (!(await connection.ask('pg_try_advisory_lock', job))) return null;
    return {
      lost: connection.lost,
      release: () => connection.ask('pg_advisory_unlock', job).then(() => undefined),
    };
  }

  /** Releases all locks. */
  async close(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    await connection?.end();
  }

  private connected(): Promise<LockConnection> {
    if (this.connection) return this.connection;
    const forget = (): void => {
      if (this.connection === opening) this.connection = undefined;
    };
    const opening = LockConnection.open((this.dataSource.options as { url: string }).url, forget);
    opening.catch(forget);
    this.connection = opening;
    return opening;
  }
}
