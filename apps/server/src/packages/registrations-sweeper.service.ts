import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { WorkContext } from '@waybill/database';
import { inBatches } from '@waybill/jobs';
import { Doorbells } from '@waybill/queue';
import { ringAgainFor } from './registration-jobs';
import { attemptsUsedUp } from './registration-problems';
import { type ClaimedRegistration, RegistrationsRepository } from './registrations.repository';

const BATCH = 500;
const KEPT_FOR_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** Looks after registrations that nobody else looks after: those that the queue has lost, and those that are long over. */
@Injectable()
export class RegistrationsSweeper {
  private readonly logger = new Logger(RegistrationsSweeper.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationsRepository,
    private readonly doorbells: Doorbells,
  ) {}

  /** Rings for what is pending and was not rung for lately, and fails what no attempt is left for. @returns how many. */
  sweep(signal: AbortSignal): Promise<number> {
    return this.ringForDue('now', signal, false);
  }

  /** Rings for everything that is pending: whoever was at it before may be gone. */
  async sweepAll(signal: AbortSignal): Promise<number> {
    const { ringAgainSeconds } = this.config.registrations;
    const endOfGrace = await this.registrations.endOfGrace(new WorkContext(), ringAgainSeconds);
    return this.ringForDue(endOfGrace, signal, true);
  }

  /** Forgets registrations that were finished more than 30 days ago. @returns how many. */
  async purge(signal: AbortSignal): Promise<number> {
    const beforeId = firstIdAt(Date.now() - KEPT_FOR_DAYS * DAY_MS);
    return inBatches(signal, BATCH, (count) =>
      this.registrations.deleteFinished(new WorkContext(), { beforeId, days: KEPT_FOR_DAYS, count }),
    );
  }

  private async ringForDue(before: string, signal: AbortSignal, insist: boolean): Promise<number> {
    const graceSeconds = this.config.registrations.ringAgainSeconds;
    const swept = await inBatches(signal, BATCH, async (count) => {
      const due = await this.registrations.claimDue(new WorkContext(), { before, graceSeconds, count });
      if (due.length === 0) return 0;
      const live = await this.failTheDead(due);
      if (live.length === 0) return due.length;
      const heard = await ringAgainFor(this.doorbells, this.config, live, { insist });
      // Without a queue there is no use in going on; these are due again after the grace.
      return heard ? due.length : 0;
    });
    if (swept > 0) this.logger.log(`Swept ${swept} pending registrations`);
    return swept;
  }

  // Attempts that ended with their process threw nothing, but they count. Whether one is under way only its age tells.
  private async failTheDead(due: ClaimedRegistration[]): Promise<ClaimedRegistration[]> {
    const { attempts } = this.config.registrations;
    const isDead = (one: ClaimedRegistration): boolean => one.overdue && one.attempts >= attempts;
    const dead = due.filter(isDead).map(({ id }) => id);
    if (dead.length === 0) return due;
    this.logger.error(`None of ${attempts} attempts came to an end: ${dead.join(', ')}`);
    await this.registrations.fail(new WorkContext(), dead, attemptsUsedUp(attempts));
    return due.filter((one) => !isDead(one));
  }
}

// The least UUIDv7 of an instant.
function firstIdAt(epochMs: number): string {
  const time = epochMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
