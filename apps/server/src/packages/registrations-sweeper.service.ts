import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { inBatches } from '@waybill/jobs';
import { JobDispatcher } from '@waybill/queue';
import { requeueRegistrations } from './registration-jobs';
import { attemptsExhausted } from './registration-problems';
import { type ClaimedRegistration, RegistrationsRepository } from './registrations.repository';

const BATCH = 500;
const RETENTION_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** Requeues pending registrations whose jobs may be lost, and deletes old ones. */
@Injectable()
export class RegistrationsSweeper {
  private readonly logger = new Logger(RegistrationsSweeper.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationsRepository,
    private readonly dispatcher: JobDispatcher,
  ) {}

  /** Requeues pending registrations that are due, and fails those without attempts left. @returns how many it requeued. */
  sweep(signal: AbortSignal): Promise<number> {
    return this.requeueDue('now', signal, false);
  }

  /** Requeues every pending registration, because its worker may have stopped. */
  async sweepAll(signal: AbortSignal): Promise<number> {
    const { requeueAfterSeconds } = this.config.registrations;
    const endOfGrace = await this.registrations.endOfGrace(new TransactionContext(), requeueAfterSeconds);
    return this.requeueDue(endOfGrace, signal, true);
  }

  /** Deletes registrations that finished more than 30 days ago. @returns how many. */
  async purge(signal: AbortSignal): Promise<number> {
    const beforeId = firstIdAt(Date.now() - RETENTION_DAYS * DAY_MS);
    return inBatches(signal, BATCH, (count) =>
      this.registrations.deleteFinished(new TransactionContext(), { beforeId, days: RETENTION_DAYS, count }),
    );
  }

  private async requeueDue(before: string, signal: AbortSignal, force: boolean): Promise<number> {
    const graceSeconds = this.config.registrations.requeueAfterSeconds;
    let requeued = 0;
    const swept = await inBatches(signal, BATCH, async (count) => {
      const due = await this.registrations.claimDue(new TransactionContext(), {
        before,
        graceSeconds,
        count,
      });
      if (due.length === 0) return 0;
      const remaining = await this.failExhausted(due);
      if (remaining.length === 0) return due.length;
      const enqueued = await requeueRegistrations(this.dispatcher, this.config, remaining, { force });
      // Stops if the queue is unavailable: these registrations are due again after the requeue delay.
      if (!enqueued) return 0;
      requeued += remaining.length;
      return due.length;
    });
    if (swept > 0) this.logger.log(`Requeued ${requeued} of ${swept} overdue registrations`);
    return requeued;
  }

  // If a process dies, its attempt counts although it threw no error. Only the age of an attempt shows whether it is
  // still in progress.
  private async failExhausted(due: ClaimedRegistration[]): Promise<ClaimedRegistration[]> {
    const { attempts } = this.config.registrations;
    const isExhausted = (one: ClaimedRegistration): boolean => one.overdue && one.attempts >= attempts;
    const exhausted = due.filter(isExhausted).map(({ id }) => id);
    if (exhausted.length === 0) return due;
    this.logger.error(`None of the ${attempts} attempts finished: ${exhausted.join(', ')}`);
    await this.registrations.fail(new TransactionContext(), exhausted, attemptsExhausted(attempts));
    return due.filter((one) => !isExhausted(one));
  }
}

// Returns the smallest UUIDv7 of an instant.
function firstIdAt(epochMs: number): string {
  const time = epochMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
