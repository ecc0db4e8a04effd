import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';

/** What failures are counted for: a digest of its own, and one of the account that it is about. */
export interface ThrottleSubject {
  subject: Buffer;
  account?: Buffer;
}

@Injectable()
export class LoginFailuresRepository {
  constructor(private readonly database: Database) {}

  /**
   * Counts a sign-in as failed until it succeeds.
   * @param account a digest of the account that the subject is about, if it is about one
   * @returns how many failures there are in the present window, and in how many seconds it ends (at least 1).
   */
  async count(
    ctx: TransactionContext,
    { subject, account }: ThrottleSubject,
    windowMinutes: number,
  ): Promise<{ failures: number; endsIn: number }> {
    const over = `login_failures.since <= now() - $2 * interval '1 minute'`;
    const [row] = await this.database.query<{ failures: number; endsIn: number }>(
      ctx,
      `INSERT INTO login_failures (subject, account, failures, since) VALUES ($1, $3, 1, now())
       ON CONFLICT (subject) DO UPDATE SET
         failures = CASE WHEN ${over} THEN 1 ELSE least(login_failures.failures + 1, 1000000000) END,
         since = CASE WHEN ${over} THEN now() ELSE login_failures.since END
       RETURNING failures,
         greatest(1, ceil(extract(epoch FROM since + $2 * interval '1 minute' - now())))::integer AS "endsIn"`,
      [subject, windowMinutes, account ?? null],
    );
    return row as { failures: number; endsIn: number };
  }

  /** Takes one failure back. */
  async forgive(ctx: TransactionContext, { subject }: ThrottleSubject): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE subject = $1`,
      [subject],
    );
  }

  async forget(ctx: TransactionContext, { subject }: ThrottleSubject): Promise<void> {
    await this.database.query(ctx, `DELETE FROM login_failures WHERE subject = $1`, [subject]);
  }

  /** Forgets every count that is about an account. */
  async forgetAccount(ctx: TransactionContext, account: Buffer): Promise<void> {
    await this.database.query(ctx, `DELETE FROM login_failures WHERE account = $1`, [account]);
  }

  /** Removes counts whose window is over. @returns how many. */
  async deleteOver(ctx: TransactionContext, windowMinutes: number, limit: number): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM login_failures WHERE subject IN (
         SELECT subject FROM login_failures WHERE since <= now() - $1 * interval '1 minute'
         ORDER BY since LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING subject`,
      [windowMinutes, limit],
    );
    return rows.length;
  }
}
