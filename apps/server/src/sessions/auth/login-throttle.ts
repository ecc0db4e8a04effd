import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { addressKey } from '@waybill/http';
import { inBatches } from '@waybill/jobs';
import { LoginThrottledError } from './auth.errors';
import { LoginFailuresRepository, type ThrottleSubject } from './login-failures.repository';

const PURGE_BATCH = 1_000;

/** Somebody who signs in. */
export interface LoginAttempt {
  /** The email address that was given, in lower case; whether a user has it makes no difference here. */
  account: string;
  address: string;
  /** The token of a known device of this account. */
  device: string | undefined;
}

/**
 * Holds back whoever guesses passwords, over the whole fleet: ADR 0012. An attempt is counted before the password is
 * looked at, so that parallel ones can't slip through, and taken back when it succeeds.
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
    await this.count(ofAddress(address), this.limits.failuresPerAddress);
  }

  /**
   * Counts an attempt for its account, after `admitAddress`. A known device is counted by itself, so that nobody else can hold
   * it back. What is held back at one address does not count for the account, so that it takes many to hold the account back.
   * @throws LoginThrottledError
   */
  async admit(attempt: LoginAttempt): Promise<void> {
    const { account, device } = attempt;
    await this.count(ofPlace(attempt), this.limits.failuresPerAccountAndAddress);
    if (device === undefined) await this.count(ofAccount(account), this.limits.failuresPerAccount);
  }

  /**
   * An attempt succeeded: its place starts anew; the address and the account get this one back and no more, so that a success
   * clears nothing that somebody else has used up.
   */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await this.failures.forget(new TransactionContext(), ofPlace(attempt));
    await this.failures.forgive(new TransactionContext(), ofAddress(attempt.address));
    if (attempt.device === undefined)
      await this.failures.forgive(new TransactionContext(), ofAccount(attempt.account));
  }

  /** Counts a guess of the present password in a session; no other session's guesses matter. @throws LoginThrottledError */
  async admitSession(sessionId: string): Promise<void> {
    await this.count(ofSession(sessionId), this.limits.failuresPerAccountAndAddress);
  }

  /** The present password was right. */
  async sessionSucceeded(sessionId: string): Promise<void> {
    await this.failures.forget(new TransactionContext(), ofSession(sessionId));
  }

  /** Forgets everything that holds an account back, in the caller's transaction. */
  async lift(ctx: TransactionContext, account: string): Promise<void> {
    await this.failures.forgetAccount(ctx, ofAccount(account).account);
  }

  /** Removes counts that matter no more, until the signal is aborted. @returns how many. */
  purge(signal: AbortSignal): Promise<number> {
    return inBatches(signal, PURGE_BATCH, (count) =>
      this.failures.deleteOver(new TransactionContext(), this.limits.windowMinutes, count),
    );
  }

  // On its own, never in a caller's transaction: a failed sign-in rolls nothing of this back.
  private async count(subject: ThrottleSubject, limit: number): Promise<void> {
    const { failures, endsIn } = await this.failures.count(
      new TransactionContext(),
      subject,
      this.limits.windowMinutes,
    );
    if (failures > limit) throw new LoginThrottledError(endsIn);
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

/** Where an account is signed in to: on a known device, or from an address. No text can pass for two of them. */
function ofPlace({ account, address, device }: LoginAttempt): ThrottleSubject {
  const place = device === undefined ? ['address', addressKey(address)] : ['device', device];
  return { subject: digest(JSON.stringify([...place, account])), account: ofAccount(account).account };
}
