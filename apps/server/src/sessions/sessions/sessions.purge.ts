import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { OwnerTables } from '@waybill/database';
import { inBatches } from '@waybill/jobs';
import { KnownDevices } from '../auth/known-devices';
import { LoginThrottle } from '../auth/login-throttle';
import { SessionsRepository } from './sessions.repository';

/** Number of deleted rows of each kind. */
export type PurgedSessions = Record<'expired' | 'unused' | 'login_failures' | 'known_devices', number>;

const BATCH = 500;

/** Deletes expired sessions, unused sessions, and old sign-in data. */
@Injectable()
export class SessionsPurge {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sessions: SessionsRepository,
    private readonly throttle: LoginThrottle,
    private readonly devices: KnownDevices,
    private readonly owners: OwnerTables,
  ) {}

  /**
   * Deletes expired sessions, unused customer sessions without data, expired counts of failed sign-ins, and expired
   * devices. Works in short batches, and stops after the current one when the signal is aborted.
   * @param owners one function per module that stores owner IDs. An owner ID that none of them returns has no data.
   */
  async purge(signal: AbortSignal): Promise<PurgedSessions> {
    return {
      expired: await this.purgeExpired(signal),
      unused: await this.purgeUnused(signal),
      login_failures: await this.throttle.purge(signal),
      known_devices: await this.devices.purge(signal),
    };
  }

  private purgeExpired(signal: AbortSignal): Promise<number> {
    return inBatches(signal, BATCH, (count) => this.sessions.deleteExpired(new TransactionContext(), count));
  }

  private async purgeUnused(signal: AbortSignal): Promise<number> {
    const hours = this.config.sessionUnusedHours;
    let [deleted, afterId] = [0, '00000000-0000-0000-0000-000000000000'];
    while (!signal.aborted) {
      const old = await this.sessions.listUnused(new TransactionContext(), hours, afterId, BATCH);
      const ownerIds = old.map(({ ownerId }) => ownerId);
      const owning = new Set(await this.owners.ownersWithData(new TransactionContext(), ownerIds));
      const unused = old.filter(({ ownerId }) => !owning.has(ownerId)).map(({ id }) => id);
      deleted += await this.sessions.deleteAll(new TransactionContext(), unused);
      if (old.length < BATCH) break;
      afterId = old.at(-1)?.id ?? afterId;
    }
    return deleted;
  }
}
