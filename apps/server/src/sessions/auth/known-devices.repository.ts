import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';

@Injectable()
export class KnownDevicesRepository {
  constructor(private readonly database: Database) {}

  /** Whether this is a device of the user with this email address. */
  async isOfUser(ctx: TransactionContext, tokenHash: Buffer, email: string): Promise<boolean> {
    const rows = await this.database.query(
      ctx,
      `SELECT FROM known_devices d JOIN users u ON u.id = d.user_id
       WHERE d.token_hash = $1 AND u.email = $2 AND d.expires_at > now()`,
      [tokenHash, email],
    );
    return rows.length > 0;
  }

  /** Keeps a device of a user from now on for so many days. @returns when it ends. */
  async keep(ctx: TransactionContext, tokenHash: Buffer, userId: string, days: number): Promise<Date> {
    const [row] = await this.database.query<{ expiresAt: Date }>(
      ctx,
      `INSERT INTO known_devices (token_hash, user_id, expires_at) VALUES ($1, $2, now() + $3 * interval '1 day')
       ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at
       RETURNING expires_at AS "expiresAt"`,
      [tokenHash, userId, days],
    );
    return (row as { expiresAt: Date }).expiresAt;
  }

  /** Removes a user's devices beyond the newest so many. A row that somebody else has locked is left for the next time. */
  async deleteBeyond(ctx: TransactionContext, userId: string, count: number): Promise<void> {
    await this.database.query(
      ctx,
      `DELETE FROM known_devices WHERE token_hash IN (
         SELECT token_hash FROM known_devices WHERE token_hash IN (
           SELECT token_hash FROM known_devices WHERE user_id = $1 ORDER BY expires_at DESC, token_hash OFFSET $2)
         FOR UPDATE SKIP LOCKED)`,
      [userId, count],
    );
  }

  /** Removes devices whose time is over. @returns how many. */
  async deleteExpired(ctx: TransactionContext, limit: number): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM known_devices WHERE token_hash IN (
         SELECT token_hash FROM known_devices WHERE expires_at <= now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING token_hash`,
      [limit],
    );
    return rows.length;
  }
}
