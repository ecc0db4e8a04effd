import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';

@Injectable()
export class LoginFailuresRepository {
  constructor(private readonly database: Database) {}

  /**
   * Counts a sign-in as failed until it succeeds.
   * @returns how many failures there are in the present window, and in how many seconds it ends (at least 1).
   */
  async count(
    ctx: WorkContext,
    subject: Buffer,
    windowMinutes: number,
  ): Promise<{ failures: number; endsIn: number }> {
    const over = `login_failures.since <= now() - $2 * interval '1 minute'`;
    const [row] = await this.database.query<{ failures: number; endsIn: number }>(
      ctx,
      `INSERT INTO login_failures (subject, failures, since) VALUES ($1, 1, now())
       ON CONFLICT (subject) DO UPDATE SET
         failures = CASE WHEN ${over} THEN 1 ELSE least(login_failures.failures + 1, 1000000000) END,
         since = CASE WHEN ${over} THEN now() ELSE login_failures.since END
       RETURNING failures,
         greatest(1, ceil(extract(epoch FROM since + $2 * interval '1 minute' - now())))::integer AS "endsIn"`,
      [subject, windowMinutes],
    );
    return row as { failures: number; endsIn: number };
  }

  /** Takes one failure back. */
  async forgive(ctx: WorkContext, subject: Buffer): Promise<void> {
    await this.database.query(
      ctx,
      `UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE subject = $1`,
      [subject],
    );
  }

  async forget(ctx: WorkContext, subject: Buffer): Promise<void> {
    await this.database.query(ctx, `DELETE FROM login_failures WHERE subject = $1`, [subject]);
  }

  /** Removes counts whose window is over. @returns how many. */
  async deleteOver(ctx: WorkContext, windowMinutes: number, limit: number): Promise<number> {
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
