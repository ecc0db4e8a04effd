import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LockConnection } from './lock-connection';

/** The right to run a job. */
export interface JobLock {
  /** Aborted when the lock is lost: from then on another worker may run the job. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * One lock a job over the whole fleet: advisory, on a connection that is used for nothing else. It ends with its process,
 * however that ends, and waits for nobody.
 */
@Injectable()
export class JobLocks {
  private connection?: Promise<LockConnection>;

  constructor(private readonly dataSource: DataSource) {}

  /** @returns null, at once, when somebody has it. A process must not ask again for what it has itself. */
  async tryLock(job: string): Promise<JobLock | null> {
    const connection = await this.connected();
    if (!(await connection.ask('pg_try_advisory_lock', job))) return null;
    return {
      lost: connection.lost,
      release: () => connection.ask('pg_advisory_unlock', job).then(() => undefined),
    };
  }

  /** Lets go of everything. */
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
