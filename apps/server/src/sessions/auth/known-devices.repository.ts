import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, statement, value } from '@waybill/database';
import { KnownDeviceEntity } from './known-device.entity';

const KNOWN = computed({
  isKnown: value.boolean(
    `EXISTS (SELECT FROM known_devices d JOIN users u ON u.id = d.user_id
       WHERE d.token_hash = $1 AND u.email = $2 AND d.expires_at > now())`,
  ),
});
const EXPIRY = columnsOf(KnownDeviceEntity, 'expiresAt');

@Injectable()
export class KnownDevicesRepository {
  constructor(private readonly database: Database) {}

  // SQL: the database's clock, and a join without a relation.
  /** Whether this device belongs to the user with this email address. */
  async belongsToUser(ctx: TransactionContext, tokenHash: Buffer, email: string): Promise<boolean> {
    const { isKnown } = await this.database.one(ctx, statement(KNOWN, `SELECT ${KNOWN}`), [tokenHash, email]);
    return isKnown;
  }

  // SQL: ON CONFLICT, by the database's clock.
  /** Creates or renews a known device of a user. @returns its new expiry time. */
  async createOrRenew(
    ctx: TransactionContext,
    tokenHash: Buffer,
    userId: string,
    days: number,
  ): Promise<Date> {
    const { expiresAt } = await this.database.one(
      ctx,
      statement(
        EXPIRY,
        `INSERT INTO known_devices (token_hash, user_id, expires_at) VALUES ($1, $2, now() + $3 * interval '1 day')
         ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at RETURNING ${EXPIRY}`,
      ),
      [tokenHash, userId, days],
    );
    return expiresAt;
  }

  // SQL: SKIP LOCKED.
  /**
   * Deletes a user's devices except the newest `count`. Skips rows that another transaction has locked; the next call
   * deletes them.
   */
  async deleteAllButNewest(ctx: TransactionContext, userId: string, count: number): Promise<void> {
    await this.database.execute(
      ctx,
      `DELETE FROM known_devices WHERE token_hash IN (
         SELECT token_hash FROM known_devices WHERE token_hash IN (
           SELECT token_hash FROM known_devices WHERE user_id = $1 ORDER BY expires_at DESC, token_hash OFFSET $2)
         FOR UPDATE SKIP LOCKED)`,
      [userId, count],
    );
  }

  // SQL: SKIP LOCKED, by the database's clock.
  /** Deletes expired devices. @returns how many. */
  deleteExpired(ctx: TransactionContext, limit: number): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM known_devices WHERE token_hash IN (
         SELECT token_hash FROM known_devices WHERE expires_at <= now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
  }
}
