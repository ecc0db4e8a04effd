import { Injectable } from '@nestjs/common';
import { type AuditActor, AuditService } from '@waybill/audit';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import type { SessionsAuditAction } from '../audit-actions';
import { generateApiKey, hashSecret, visiblePrefix } from '../api-keys/api-key-format';
import type { CreateApiKeyDto } from '../api-keys/api-keys.dto';
import { ApiKeyNotFoundError } from '../api-keys/api-keys.errors';
import { type ApiKeyRow, ApiKeysRepository } from '../api-keys/api-keys.repository';
import { LoginThrottle } from '../auth/login-throttle';
import { SessionsRepository } from '../sessions/sessions.repository';
import { UserNotFoundError } from './users.errors';
import { type UserRow, UsersRepository } from './users.repository';
import { UsersService } from './users.service';

const PAGE = 200;
const COMMAND_LINE: AuditActor = { kind: 'command_line' };

/** What somebody at the machine's command line does to users and keys: nobody's scopes limit it, and the audit log has it all. */
@Injectable()
export class StaffAdministration {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
    private readonly usersService: UsersService,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditService,
  ) {}

  /** Adds a user. @throws as `UsersService.add` does */
  createUser(ctx: TransactionContext, user: Parameters<UsersService['add']>[1]): Promise<UserRow> {
    return this.usersService.add(ctx, user, COMMAND_LINE);
  }

  /** Every user, newest first. */
  listUsers(ctx: TransactionContext): Promise<UserRow[]> {
    return allOf((beforeId) => this.users.list(ctx, {}, beforeId, PAGE));
  }

  /** Gives a user another password, ends their sessions and lifts the throttle of their sign-ins. @throws UserNotFoundError, ValidationFailedError for a common one */
  async resetPassword(ctx: TransactionContext, email: string, password: string): Promise<void> {
    const passwordHash = await this.usersService.hashNew(password, '/password');
    await this.database.transaction(ctx, async () => {
      const user = await this.users.findCredentials(ctx, { email });
      if (!user) throw new UserNotFoundError();
      await this.users.update(ctx, user.id, { passwordHash });
      await this.sessions.deleteOfUser(ctx, user.id);
      await this.throttle.lift(ctx, user.email);
      await this.record(ctx, 'user.password_reset', { kind: 'user', id: user.id });
    });
  }

  /** Makes an API key. @returns the key itself, which can't be had again, and what is kept of it. */
  createKey(
    ctx: TransactionContext,
    { name, scopes, expires_at }: CreateApiKeyDto,
  ): Promise<{ row: ApiKeyRow; key: string }> {
    return this.database.transaction(ctx, async () => {
      const key = generateApiKey();
      const row = await this.keys.insert(ctx, {
        id: uuidv7(),
        ownerId: uuidv7(),
        name,
        scopes,
        expiresAt: expires_at === undefined ? null : new Date(expires_at),
        createdByUserId: null,
        createdByKeyId: null,
        prefix: visiblePrefix(key),
        keyHash: hashSecret(key),
      });
      const changes = { name, scopes, expires_at: row.expiresAt };
      await this.record(ctx, 'api_key.created', { kind: 'api_key', id: row.id }, changes);
      return { row, key };
    });
  }

  /** Every API key, newest first. */
  listKeys(ctx: TransactionContext): Promise<ApiKeyRow[]> {
    return allOf((beforeId) => this.keys.list(ctx, {}, beforeId, PAGE));
  }

  /**
   * Revokes the key of an id or a visible prefix; again, it changes nothing.
   * @throws ApiKeyNotFoundError where no key has it, or several.
   */
  async revokeKey(ctx: TransactionContext, idOrPrefix: string): Promise<ApiKeyRow> {
    const [found, ...others] = (await this.listKeys(ctx)).filter(
      ({ id, prefix }) => id === idOrPrefix.toLowerCase() || prefix === idOrPrefix,
    );
    if (!found || others.length > 0) throw new ApiKeyNotFoundError();
    await this.database.transaction(ctx, async () => {
      const key = await this.keys.lock(ctx, found.id);
      if (!key || key.revokedAt !== null) return;
      await this.keys.revoke(ctx, key.id);
      await this.record(ctx, 'api_key.revoked', { kind: 'api_key', id: key.id });
    });
    return found;
  }

  private record(
    ctx: TransactionContext,
    action: SessionsAuditAction,
    target: { kind: string; id: string },
    changes?: Parameters<AuditService['record']>[1]['changes'],
  ): Promise<void> {
    return this.audit.record(ctx, { action, target, changes, actor: COMMAND_LINE });
  }
}

async function allOf<T extends { id: string }>(
  page: (beforeId: string | undefined) => Promise<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (;;) {
    const more = await page(rows.at(-1)?.id);
    rows.push(...more);
    if (more.length < PAGE) return rows;
  }
}
