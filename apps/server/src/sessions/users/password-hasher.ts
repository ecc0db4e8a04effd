import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { UnavailableError } from '@waybill/core';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { type Argon2, ARGON2, ARGON2_PARAMETERS } from './argon2';

// Each hash takes 19 MiB and one of libuv's four threads, which file and DNS operations need too.
const AT_ONCE = 2;
const MAX_WAITING = 100;

/** Hashes and verifies passwords with bounded concurrency. */
@Injectable()
export class PasswordHasher {
  private readonly slots = bulkhead(AT_ONCE, MAX_WAITING);
  // Hash of no password. Verifying against it takes the same work for an unknown user and never succeeds.
  private readonly decoy = decoyHash();

  constructor(@Inject(ARGON2) private readonly argon2: Argon2) {}

  /** @throws UnavailableError while too many calls are waiting. */
  hash(password: string): Promise<string> {
    return this.inSlot(() => this.argon2.hash(normalised(password)));
  }

  /**
   * Runs exactly one verification, with or without a hash.
   * @returns false without a hash. @throws UnavailableError while too many calls are waiting.
   */
  verify(hash: string | undefined, password: string): Promise<boolean> {
    return this.inSlot(() => this.argon2.verify(hash ?? this.decoy, normalised(password)));
  }

  private async inSlot<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.slots.execute(work);
    } catch (error) {
      if (error instanceof BulkheadRejectedError) throw new UnavailableError();
      throw error;
    }
  }
}

// Different keyboards may send different code points for the same password (NIST SP 800-63B, 5.1.1.2).
const normalised = (password: string): string => password.normalize('NFKC');

/** Whether two passwords are the same after normalization. */
export const isSamePassword = (one: string, other: string): boolean => normalised(one) === normalised(other);

function decoyHash(): string {
  const { memoryCost, timeCost, parallelism } = ARGON2_PARAMETERS;
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(32)}`;
}
