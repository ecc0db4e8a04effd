import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { inBatches } from '@waybill/jobs';
import { hashSecret } from '../api-keys/api-key-format';
import { newToken } from '../sessions/session-token';
import { KnownDevicesRepository } from './known-devices.repository';

const MAX_DEVICES_PER_USER = 10;
const PURGE_BATCH = 1_000;

/** A device's token for its cookie. Only its digest is stored. */
export interface KnownDevice {
  token: string;
  expiresAt: Date;
}

/**
 * Remembers browsers in which a user has signed in before, so that an attacker's guesses can't lock the user out of
 * them.
 */
@Injectable()
export class KnownDevices {
  private readonly days: number;

  constructor(
    @Inject(CONFIG) { login }: Pick<Config, 'login'>,
    private readonly devices: KnownDevicesRepository,
  ) {
    this.days = login.deviceDays;
  }

  /**
   * Returns the presented token if it belongs to a device of this account. Takes the same work for an account that does
   * not exist.
   * @param account email address in lower case
   */
  async recognise(
    ctx: TransactionContext,
    token: string | undefined,
    account: string,
  ): Promise<string | undefined> {
    return token && (await this.devices.belongsToUser(ctx, hashSecret(token), account)) ? token : undefined;
  }

  /** Creates or renews a known device. @param known its token, if it is known already. */
  async remember(ctx: TransactionContext, userId: string, known: string | undefined): Promise<KnownDevice> {
    const token = known ?? newToken();
    const expiresAt = await this.devices.createOrRenew(ctx, hashSecret(token), userId, this.days);
    await this.devices.deleteAllButNewest(ctx, userId, MAX_DEVICES_PER_USER);
    return { token, expiresAt };
  }

  /** Deletes expired devices, until the signal is aborted. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.devices.deleteExpired(new TransactionContext(), count),
    );
  }
}
