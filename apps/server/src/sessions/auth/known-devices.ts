import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { inBatches } from '@waybill/jobs';
import { hashSecret } from '../api-keys/api-key-format';
import { newToken } from '../sessions/session-token';
import { KnownDevicesRepository } from './known-devices.repository';

const MAX_A_USER = 10;
const PURGE_BATCH = 1_000;

/** A device's token for its cookie: only its digest is kept. */
export interface KnownDevice {
  token: string;
  expiresAt: Date;
}

/** Knows the browsers in which a user has signed in before, so that others who guess can't keep the user out of them. */
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
   * The presented token, if it is of a device of this account. It costs the same for an account that does not exist.
   * @param account the email address in lower case
   */
  async recognise(
    ctx: TransactionContext,
    token: string | undefined,
    account: string,
  ): Promise<string | undefined> {
    return token && (await this.devices.isOfUser(ctx, hashSecret(token), account)) ? token : undefined;
  }

  /** Keeps the device for another while. @param known its token, if it is one already. */
  async remember(ctx: TransactionContext, userId: string, known: string | undefined): Promise<KnownDevice> {
    const token = known ?? newToken();
    const expiresAt = await this.devices.keep(ctx, hashSecret(token), userId, this.days);
    await this.devices.deleteBeyond(ctx, userId, MAX_A_USER);
    return { token, expiresAt };
  }

  /** Removes devices whose time is over, until the signal is aborted. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.devices.deleteExpired(new TransactionContext(), count),
    );
  }
}
