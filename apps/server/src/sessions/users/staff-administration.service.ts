import { Injectable } from '@nestjs/common';
import type { AuditActor } from '@waybill/audit';
import type { TransactionContext } from '@waybill/core';
import type { CreateApiKeyDto } from '../api-keys/api-keys.dto';
import { ApiKeyNotFoundError } from '../api-keys/api-keys.errors';
import { type ApiKeyRow, ApiKeysRepository } from '../api-keys/api-keys.repository';
import { ApiKeysService, type IssuedApiKey } from '../api-keys/api-keys.service';
import type { CreateUserDto } from './users.dto';
import { type UserRow, UsersRepository } from './users.repository';
import { UsersService } from './users.service';

const PAGE = 200;
const COMMAND_LINE: AuditActor = { kind: 'command_line' };

/** Manages users and keys from the command line. Scopes do not limit it, and the audit log records every change. */
@Injectable()
export class StaffAdministration {
  constructor(
    private readonly usersService: UsersService,
    private readonly keysService: ApiKeysService,
    private readonly users: UsersRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  /** @throws as `UsersService.add` does */
  createUser(ctx: TransactionContext, user: CreateUserDto): Promise<UserRow> {
    return this.usersService.add(ctx, user, COMMAND_LINE);
  }

  /** Lists all users, newest first. */
  listUsers(ctx: TransactionContext): Promise<UserRow[]> {
    return allOf((beforeId) => this.users.list(ctx, {}, beforeId, PAGE));
  }

  /** @throws as `UsersService.resetPassword` does */
  resetPassword(ctx: TransactionContext, email: string, password: string): Promise<void> {
    return this.usersService.resetPassword(ctx, { email, password }, COMMAND_LINE);
  }

  createKey(ctx: TransactionContext, { name, scopes, expires_at }: CreateApiKeyDto): Promise<IssuedApiKey> {
    const expiresAt = expires_at === undefined ? null : new Date(expires_at);
    const key = { name, scopes, expiresAt, createdByUserId: null, createdByKeyId: null };
    return this.keysService.add(ctx, key, COMMAND_LINE);
  }

  /** Lists all API keys, newest first. */
  listKeys(ctx: TransactionContext): Promise<ApiKeyRow[]> {
    return allOf((beforeId) => this.keys.list(ctx, {}, beforeId, PAGE));
  }

  /**
   * Revokes the key with an ID or a visible prefix. Idempotent.
   * @throws ApiKeyNotFoundError if no key matches, or several do.
   */
  async revokeKey(ctx: TransactionContext, idOrPrefix: string): Promise<ApiKeyRow> {
    const [found, ...others] = (await this.listKeys(ctx)).filter(
      ({ id, prefix }) => id === idOrPrefix.toLowerCase() || prefix === idOrPrefix,
    );
    if (!found || others.length > 0) throw new ApiKeyNotFoundError();
    await this.keysService.revokeAny(ctx, found.id, COMMAND_LINE);
    return found;
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
