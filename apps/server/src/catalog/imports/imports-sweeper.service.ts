import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { inBatches } from '@waybill/jobs';
import { JobDispatcher } from '@waybill/queue';
import { requeueImports } from './import-jobs';
import { ImportWorkRepository } from './import-work.repository';
import { ImportsRepository } from './imports.repository';

/** The maximum of IMPORTS_PENDING_LIMIT. */
const MAX_UNFINISHED = 1_000;
/** Small, because an import has up to 100,000 errors. */
const PURGE_BATCH = 10;

/** Requeues imports whose jobs may be lost, and deletes abandoned uploads and old imports. */
@Injectable()
export class ImportsSweeper {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly imports: ImportsRepository,
    private readonly work: ImportWorkRepository,
    private readonly dispatcher: JobDispatcher,
  ) {}

  /** Requeues unfinished imports that made no progress for a while. @returns how many. */
  sweep(): Promise<number> {
    return this.requeue(0);
  }

  /** Requeues every unfinished import, because its worker may have stopped. @returns how many. */
  sweepAll(): Promise<number> {
    return this.requeue(this.config.imports.requeueAfterSeconds);
  }

  private async requeue(withinSeconds: number): Promise<number> {
    const graceSeconds = this.config.imports.requeueAfterSeconds;
    const limits = { withinSeconds, graceSeconds, count: MAX_UNFINISHED };
    const due = await this.work.claimDue(new TransactionContext(), limits);
    // If the queue is unavailable, they are due again after the requeue delay.
    if (due.length > 0) await requeueImports(this.dispatcher, due);
    return due.length;
  }

  /** Deletes uploads that a dead process left behind. @returns how many. */
  deleteAbandoned(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.imports.deleteAbandoned(new TransactionContext(), count),
    );
  }

  /** Deletes imports after their retention, with their errors. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    const days = this.config.imports.keepDays;
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.imports.deleteFinished(new TransactionContext(), { days, count }),
    );
  }
}
