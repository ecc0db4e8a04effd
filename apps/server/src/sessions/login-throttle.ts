import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { WorkContext } from '@waybill/database';
import { addressKey } from '@waybill/http';
import { inBatches } from '@waybill/jobs';
import { LoginThrottledError } from './auth.errors';
import { LoginFailuresRepository } from './login-failures.repository';

const PURGE_BATCH = 1_000;

/**
 * Holds back whoever guesses passwords, for an account and from an address, over the whole fleet. An attempt is counted
 * before the password is looked at, so that parallel ones can't slip through, and taken back when it succeeds.
 */
@Injectable()
export class LoginThrottle {
  private readonly limits: Config['login'];

  constructor(
    @Inject(CONFIG) { login }: Pick<Config, 'login'>,
    private readonly failures: LoginFailuresRepository,
  ) {
    this.limits = login;
  }

  /**
   * Counts an attempt. An address that is held back does not count for accounts, so that it can't lock them.
   * @throws LoginThrottledError
   */
  async admit(account: string, address: string): Promise<void> {
    await this.count(subjectOfAddress(address), this.limits.failuresPerAddress);
    await this.count(subjectOfAccount(account), this.limits.failuresPerAccount);
  }

  /** An attempt succeeded: the account starts anew, the address gets this one back. */
  async succeeded(account: string, address: string): Promise<void> {
    await this.failures.forget(new WorkContext(), subjectOfAccount(account));
    await this.failures.forgive(new WorkContext(), subjectOfAddress(address));
  }

  /** Removes counts that matter no more, until the signal is aborted. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.failures.deleteOver(new WorkContext(), this.limits.windowMinutes, count),
    );
  }

  // On its own, never in a caller's transaction: a failed sign-in rolls nothing of this back.
  private async count(subject: Buffer, limit: number): Promise<void> {
    const { failures, endsIn } = await this.failures.count(
      new WorkContext(),
      subject,
      this.limits.windowMinutes,
    );
    if (failures > limit) throw new LoginThrottledError(endsIn);
  }
}

const subjectOfAccount = (account: string): Buffer => digest(`account:${account}`);
const subjectOfAddress = (address: string): Buffer => digest(`address:${addressKey(address)}`);
const digest = (subject: string): Buffer => createHash('sha256').update(subject).digest();
