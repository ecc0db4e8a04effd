import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, type RowOf, statement } from '@waybill/database';
import { In, IsNull, LessThan, Not } from 'typeorm';
import type { Role } from './roles';
import { UserOwnerIdEntity } from './user-owner-id.entity';
import { UserEntity } from './user.entity';

/** All columns except the password hash. */
const ROW = columnsOf(UserEntity, 'id', 'email', 'role', 'ownerId', 'createdAt', 'disabledAt');
const NEW = columnsOf(UserEntity, 'id', 'email', 'role', 'passwordHash', 'ownerId');
const CREDENTIALS = columnsOf(UserEntity, 'id', 'email', 'passwordHash', 'disabledAt');

/** A user without the password hash. */
export type UserRow = RowOf<typeof ROW>;
export type UserCredentials = RowOf<typeof CREDENTIALS>;

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  // SQL: ON CONFLICT.
  /** @returns undefined if the email address is taken. */
  insert(ctx: TransactionContext, user: RowOf<typeof NEW>): Promise<UserRow | undefined> {
    return this.database.row(
      ctx,
      statement(
        ROW,
        `INSERT INTO users (${NEW.names}) VALUES (${NEW.placeholders})
         ON CONFLICT (email) DO NOTHING RETURNING ${ROW}`,
      ),
      NEW.valuesOf(user),
    );
  }

  async find(ctx: TransactionContext, id: string): Promise<UserRow | undefined> {
    const row = await this.users(ctx).findOne({ select: ROW.selection, where: { id } });
    return row ?? undefined;
  }

  /** @param email in lower case */
  async findByEmail(ctx: TransactionContext, email: string): Promise<UserRow | undefined> {
    const row = await this.users(ctx).findOne({ select: ROW.selection, where: { email } });
    return row ?? undefined;
  }

  /** Returns the email addresses of users, by ID. */
  async emailsOf(ctx: TransactionContext, ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.users(ctx).find({ select: { id: true, email: true }, where: { id: In(ids) } });
    return new Map(rows.map(({ id, email }) => [id, email]));
  }

  /** Finds the credentials that a sign-in is checked against. @param key the user's ID, or email address in lower case */
  async findCredentials(
    ctx: TransactionContext,
    key: { id: string } | { email: string },
  ): Promise<UserCredentials | undefined> {
    const row = await this.users(ctx).findOne({ select: CREDENTIALS.selection, where: key });
    return row ?? undefined;
  }

  /** Locks a user against changes until the open transaction ends. */
  async lockShared(ctx: TransactionContext, id: string): Promise<UserRow | undefined> {
    const row = await this.users(ctx).findOne({
      select: ROW.selection,
      where: { id },
      lock: { mode: 'pessimistic_read' },
    });
    return row ?? undefined;
  }

  /** Like `lockShared`, but only if the user is not disabled and still has this password. */
  async lockSharedIfUnchanged(
    ctx: TransactionContext,
    id: string,
    passwordHash: string,
  ): Promise<UserRow | undefined> {
    const row = await this.users(ctx).findOne({
      select: ROW.selection,
      where: { id, passwordHash, disabledAt: IsNull() },
      lock: { mode: 'pessimistic_read' },
    });
    return row ?? undefined;
  }

  /** Lists users, newest first. @param beforeId ID to start before */
  list(
    ctx: TransactionContext,
    { email, role, disabled }: { email?: string; role?: Role; disabled?: boolean },
    beforeId: string | undefined,
    limit: number,
  ): Promise<UserRow[]> {
    return this.users(ctx).find({
      select: ROW.selection,
      where: {
        ...(email !== undefined && { email }),
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { disabledAt: disabled ? Not(IsNull()) : IsNull() }),
        ...(beforeId !== undefined && { id: LessThan(beforeId) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  // SQL: an advisory lock.
  /** Lets one transaction at a time change users, because the check for the last administrator reads all of them. */
  async lockAll(ctx: TransactionContext): Promise<void> {
    await this.database.execute(ctx, `SELECT pg_advisory_xact_lock(hashtext('waybill:users'))`);
  }

  hasOtherAdministrator(ctx: TransactionContext, id: string): Promise<boolean> {
    return this.users(ctx).existsBy({ role: 'admin', disabledAt: IsNull(), id: Not(id) });
  }

  // SQL: the database's clock; locks the row even if nothing changes.
  /** Changes the given fields. A user who is already disabled keeps `disabled_at`. */
  update(
    ctx: TransactionContext,
    id: string,
    { role, disabled, passwordHash }: { role?: Role; disabled?: boolean; passwordHash?: string },
  ): Promise<UserRow> {
    return this.database.one(
      ctx,
      statement(
        ROW,
        `UPDATE users SET role = coalesce($2, role), password_hash = coalesce($3, password_hash),
           disabled_at = CASE WHEN $4::boolean THEN coalesce(disabled_at, now()) WHEN NOT $4 THEN NULL ELSE disabled_at END
         WHERE id = $1 RETURNING ${ROW}`,
      ),
      [id, role ?? null, passwordHash ?? null, disabled ?? null],
    );
  }

  // SQL: ON CONFLICT.
  /**
   * Links an owner ID to a user permanently.
   * @returns false if the owner ID is linked to another user.
   */
  async linkOwner(ctx: TransactionContext, userId: string, ownerId: string): Promise<boolean> {
    await this.database.execute(
      ctx,
      `INSERT INTO user_owner_ids (owner_id, user_id) VALUES ($1, $2) ON CONFLICT (owner_id) DO NOTHING`,
      [ownerId, userId],
    );
    return this.database.repository(ctx, UserOwnerIdEntity).existsBy({ ownerId, userId });
  }

  private users(ctx: TransactionContext) {
    return this.database.repository(ctx, UserEntity);
  }
}
