import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import type { Role } from './roles';
import type { UserEntity } from './user.entity';

/** A user as others see them: all but the password's hash. */
export type UserRow = Omit<UserEntity, 'passwordHash'>;

const COLUMNS = `id, email, role, owner_id AS "ownerId", created_at AS "createdAt", disabled_at AS "disabledAt"`;

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined where the email address is taken. */
  async insert(
    ctx: TransactionContext,
    user: Pick<UserEntity, 'id' | 'email' | 'role' | 'passwordHash' | 'ownerId'>,
  ): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      ctx,
      `INSERT INTO users (id, email, role, password_hash, owner_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (email) DO NOTHING RETURNING ${COLUMNS}`,
      [user.id, user.email, user.role, user.passwordHash, user.ownerId],
    );
    return row;
  }

  async find(ctx: TransactionContext, id: string): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(ctx, `SELECT ${COLUMNS} FROM users WHERE id = $1`, [id]);
    return row;
  }

  /** What a sign-in is checked against. @param key the user's id or, in lower case, email address */
  async findCredentials(
    ctx: TransactionContext,
    key: { id: string } | { email: string },
  ): Promise<Pick<UserEntity, 'id' | 'email' | 'passwordHash' | 'disabledAt'> | undefined> {
    const [column, value] = 'id' in key ? ['id', key.id] : ['email', key.email];
    const [row] = await this.database.query<Pick<UserEntity, 'id' | 'email' | 'passwordHash' | 'disabledAt'>>(
      ctx,
      `SELECT id, email, password_hash AS "passwordHash", disabled_at AS "disabledAt" FROM users WHERE ${column} = $1`,
      [value],
    );
    return row;
  }

  /** A user, held as they are until the open transaction ends. */
  async hold(ctx: TransactionContext, id: string): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      ctx,
      `SELECT ${COLUMNS} FROM users WHERE id = $1 FOR SHARE`,
      [id],
    );
    return row;
  }

  /** Holds a user as they are until the open transaction ends, if they may sign in and still have this password. */
  async holdUnchanged(
    ctx: TransactionContext,
    id: string,
    passwordHash: string,
  ): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      ctx,
      `SELECT ${COLUMNS} FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR SHARE`,
      [id, passwordHash],
    );
    return row;
  }

  /** Newest first. @param beforeId the id to go on after */
  async list(
    ctx: TransactionContext,
    { role, disabled }: { role?: Role; disabled?: boolean },
    beforeId: string | undefined,
    limit: number,
  ): Promise<UserRow[]> {
    return this.database.query<UserRow>(
      ctx,
      `SELECT ${COLUMNS} FROM users
       WHERE ($1::text IS NULL OR role = $1) AND ($2::boolean IS NULL OR (disabled_at IS NOT NULL) = $2)
         AND ($3::uuid IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4`,
      [role ?? null, disabled ?? null, beforeId ?? null, limit],
    );
  }

  /** Lets one transaction at a time change users: who is the last administrator depends on all of them. */
  async lockAll(ctx: TransactionContext): Promise<void> {
    await this.database.query(ctx, `SELECT pg_advisory_xact_lock(hashtext('waybill:users'))`);
  }

  async hasOtherAdministrator(ctx: TransactionContext, id: string): Promise<boolean> {
    const rows = await this.database.query(
      ctx,
      `SELECT FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1 LIMIT 1`,
      [id],
    );
    return rows.length > 0;
  }

  /** Changes what is given. @param change `disabled` true keeps the time since which the user is so. */
  async update(
    ctx: TransactionContext,
    id: string,
    { role, disabled, passwordHash }: { role?: Role; disabled?: boolean; passwordHash?: string },
  ): Promise<UserRow> {
    const [row] = await this.database.query<UserRow>(
      ctx,
      `UPDATE users SET role = coalesce($2, role), password_hash = coalesce($3, password_hash),
         disabled_at = CASE WHEN $4::boolean THEN coalesce(disabled_at, now()) WHEN NOT $4 THEN NULL ELSE disabled_at END
       WHERE id = $1 RETURNING ${COLUMNS}`,
      [id, role ?? null, passwordHash ?? null, disabled ?? null],
    );
    return row as UserRow;
  }

  /**
   * Links an owner id to a user for good.
   * @returns whether it is theirs now: false where it is another user's.
   */
  async linkOwner(ctx: TransactionContext, userId: string, ownerId: string): Promise<boolean> {
    await this.database.query(
      ctx,
      `INSERT INTO user_owner_ids (owner_id, user_id) VALUES ($1, $2) ON CONFLICT (owner_id) DO NOTHING`,
      [ownerId, userId],
    );
    const rows = await this.database.query(
      ctx,
      `SELECT FROM user_owner_ids WHERE owner_id = $1 AND user_id = $2`,
      [ownerId, userId],
    );
    return rows.length > 0;
  }
}
