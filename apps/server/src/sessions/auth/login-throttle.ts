import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { addressKey } from '@waybill/http';
import { inBatches } from '@waybill/jobs';
import { LoginThrottledError } from './auth.errors';
import { LoginFailuresRepository, type ThrottleSubject } from './login-failures.repository';
import { failedSignIns } from './sign-ins.metrics';

const PURGE_BATCH = 1_000;

/** An attempt to sign in. */
export interface LoginAttempt {
  /** Email address, in lower case. Counted whether or not a user has it. */
  account: string;
  address: string;
  /** Token of a known device of this account. */
  device: string | undefined;
}

/**
 * Throttles password guessing across the fleet: ADR 0012. Counts an attempt before the password is checked, so that
 * parallel attempts can't bypass the limit, and takes it back if the attempt succeeds.
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

  /** Counts an attempt for its address. @throws LoginThrottledError */
  async admitAddress(address: string): Promise<void> {
    await countingRefusal('address_throttled', () =>
      this.count(ofAddress(address), this.limits.failuresPerAddress),
    );
  }

  /**
   * Counts an attempt for its account, after `admitAddress`. Counts a known device separately, so that others can't
   * lock it out. An attempt that is refused for its address does not count for the account, so that throttling the
   * account takes many addresses.
   * @throws LoginThrottledError
   */
  async admit(attempt: LoginAttempt): Promise<void> {
    const { account, device } = attempt;
    await countingRefusal('account_throttled', async () => {
      await this.count(ofPlace(attempt), this.limits.failuresPerAccountAndAddress);
      if (device === undefined) await this.count(ofAccount(account), this.limits.failuresPerAccount);
    });
  }

  /**
   * Records a successful attempt. Resets the count of its device or address for this account. Takes only this attempt
   * back from the address and the account, so that a success does not clear other callers' failures.
   */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await this.failures.forget(new TransactionContext(), ofPlace(attempt));
    await this.failures.forgive(new TransactionContext(), ofAddress(attempt.address));
    if (attempt.device === undefined)
      await this.failures.forgive(new TransactionContext(), ofAccount(attempt.account));
  }

  /**
   * Counts an attempt at the current password within a session, independently of other sessions. @throws
   * LoginThrottledError
   */
  async admitSession(sessionId: string): Promise<void> {
    await this.count(ofSession(sessionId), this.limits.failuresPerAccountAndAddress);
  }

  /** Resets a session's count after the correct password. */
  async sessionSucceeded(sessionId: string): Promise<void> {
    await this.failures.forget(new TransactionContext(), ofSession(sessionId));
  }

  /** Deletes all counts of an account, in the caller's transaction. @returns how many. */
  lift(ctx: TransactionContext, account: string): Promise<number> {
    return this.failures.forgetAccount(ctx, ofAccount(account).account);
  }

  /** Deletes expired counts, until the signal is aborted. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.failures.deleteOver(new TransactionContext(), this.limits.windowMinutes, count),
    );
  }

  // Uses its own transaction, so that a failed sign-in does not roll back the count.
  private async count(subject: ThrottleSubject, limit: number): Promise<void> {
    const { failures, endsIn } = await this.failures.count(
      new TransactionContext(),
      subject,
      this.limits.windowMinutes,
    );
    if (failures > limit) throw new LoginThrottledError(endsIn);
  }
}

/**
 * Counts a sign-in that `admission` refuses. Not recorded in the audit log, which has the failures that caused the
 * throttle.
 */
async function countingRefusal(
  reason: 'account_throttled' | 'address_throttled',
  admission: () => Promise<void>,
): Promise<void> {
  try {
    await admission();
  } catch (error) {
    if (error instanceof LoginThrottledError) failedSignIns.inc({ reason });
    throw error;
  }
}

const digest = (subject: string): Buffer => createHash('sha256').update(subject).digest();

const ofAddress = (address: string): ThrottleSubject => ({
  subject: digest(`address:${addressKey(address)}`),
});

const ofSession = (sessionId: string): ThrottleSubject => ({ subject: digest(`session:${sessionId}`) });

function ofAccount(account: string): Required<ThrottleSubject> {
  const subject = digest(`account:${account}`);
  return { subject, account: subject };
}

/** Returns the subject of an account on a known device, or from an address. The encoding is unambiguous. */
function ofPlace({ account, address, device }: LoginAttempt): ThrottleSubject {
  const place = device === undefined ? ['address', addressKey(address)] : ['device', device];
  return { subject: digest(JSON.stringify([...place, account])), account: ofAccount(account).account };
}
