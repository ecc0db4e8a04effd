import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { LoginFailuresEntity } from './login-failures.entity';

/** `endsIn`: the seconds until the window ends, at least 1. */
const COUNTED = columnsOf(LoginFailuresEntity, 'failures').and(
  computed({
    endsIn: value.int(`greatest(1, ceil(extract(epoch FROM since + $2 * interval '1 minute' - now())))`),
  }),
);
const OVER = `login_failures.since <= now() - $2 * interval '1 minute'`;

/** Subject that failures are counted for, and the account that it concerns; both are digests. */
export interface ThrottleSubject {
  subject: Buffer;
  account?: Buffer;
}

@Injectable()
export class LoginFailuresRepository {
  constructor(private readonly database: Database) {}

  // SQL: ON CONFLICT, by the database's clock.
  /**
   * Counts a sign-in as failed until it succeeds.
   * @returns the failures in the current window, and the time until it ends.
   */
  count(
    ctx: TransactionContext,
    { subject, account }: ThrottleSubject,
    windowMinutes: number,
  ): Promise<RowOf<typeof COUNTED>> {
    return this.database.one(
      ctx,
      statement(
        COUNTED,
        `INSERT INTO login_failures (subject, account, failures, since) VALUES ($1, $3, 1, now())
         ON CONFLICT (subject) DO UPDATE SET
           failures = CASE WHEN ${OVER} THEN 1 ELSE least(login_failures.failures + 1, 1000000000) END,
           since = CASE WHEN ${OVER} THEN now() ELSE login_failures.since END
         RETURNING ${COUNTED}`,
      ),
      [subject, windowMinutes, account ?? null],
    );
  }

  /** Subtracts one failure. */
  async forgive(ctx: TransactionContext, { subject }: ThrottleSubject): Promise<void> {
    await this.failures(ctx).update({ subject }, { failures: () => 'greatest(failures - 1, 0)' });
  }

  async forget(ctx: TransactionContext, { subject }: ThrottleSubject): Promise<void> {
    await this.failures(ctx).delete({ subject });
  }

  /** Deletes every count of an account. @returns how many. */
  async forgetAccount(ctx: TransactionContext, account: Buffer): Promise<number> {
    const { affected } = await this.failures(ctx).delete({ account });
    return affected ?? 0;
  }

  // SQL: SKIP LOCKED, by the database's clock.
  /** Deletes counts whose window has ended. @returns how many. */
  deleteOver(ctx: TransactionContext, windowMinutes: number, limit: number): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM login_failures WHERE subject IN (
         SELECT subject FROM login_failures WHERE since <= now() - $1 * interval '1 minute'
         ORDER BY since LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [windowMinutes, limit],
    );
  }

  private failures(ctx: TransactionContext) {
    return this.database.repository(ctx, LoginFailuresEntity);
  }
}
