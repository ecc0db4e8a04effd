import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { ImportedChunks } from './imported-chunks.service';
import { withSmallHeap } from '@waybill/v8-heap';
import { itemOfRow, type ImportedRow } from './item-of-row';
import { type ImportWork, ImportWorkRepository } from './import-work.repository';

/** Attempts without progress after which an import fails. */
export const MAX_ATTEMPTS = 5;
/** Number of rows to validate before yielding to the event loop. */
const ROWS_PER_YIELD = 50;

/** Imports accepted files. Jobs may call this any number of times, in any number of processes. */
@Injectable()
export class ImportRunner {
  private readonly logger = new Logger(ImportRunner.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly imports: ImportWorkRepository,
    private readonly chunks: ImportedChunks,
  ) {}

  /**
   * Imports the rest of a file, chunk by chunk. Stops when the signal is aborted; the sweeper then requeues the import
   * for another worker. Also stops if another worker has imported the next chunk. After an error, the sweeper retries
   * the import.
   */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const limits = { attempts: MAX_ATTEMPTS, graceSeconds: this.config.imports.requeueAfterSeconds };
    const work = await this.imports.beginAttempt(new TransactionContext(), id, limits);
    if (!work) return void (await this.failExhausted(id));
    try {
      await withSmallHeap(() => this.importChunks(work, signal));
    } catch (error) {
      this.logger.error(`Import ${id}: ${(error as Error).message}`, (error as Error).stack);
      if (!(await this.failExhausted(id))) await this.postpone(id, true);
    }
  }

  private async importChunks(work: ImportWork, signal: AbortSignal): Promise<void> {
    for (let chunk = work.nextChunk; chunk < work.chunksTotal; chunk++) {
      if (signal.aborted) return this.postpone(work.id, false);
      const rows = await this.readChunk(work, chunk);
      if (!rows || !(await this.chunks.import(work, chunk, rows))) return;
    }
  }

  /** @returns undefined if another worker has imported the chunk. */
  private async readChunk({ id, header }: ImportWork, chunk: number): Promise<ImportedRow[] | undefined> {
    const rows = await this.imports.findChunk(new TransactionContext(), id, chunk);
    const read: ImportedRow[] = [];
    for (const row of rows ?? []) {
      if (read.length % ROWS_PER_YIELD === 0) await yieldToEventLoop();
      read.push(await itemOfRow(header, row));
    }
    return rows && read;
  }

  private postpone(id: string, counts: boolean): Promise<void> {
    const seconds = counts ? this.config.imports.requeueAfterSeconds : 0;
    return this.imports.postpone(new TransactionContext(), id, { seconds, counts });
  }

  private failExhausted(id: string): Promise<boolean> {
    return this.imports.failExhausted(new TransactionContext(), id, MAX_ATTEMPTS, {
      code: 'import_failed',
      detail: `The import stopped after ${MAX_ATTEMPTS} attempts without progress. The counts include the rows processed before that.`,
    });
  }
}
