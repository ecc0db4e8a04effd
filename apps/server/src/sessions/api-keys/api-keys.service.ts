import { Injectable } from '@nestjs/common';
import { type AuditActor, type AuditEntry, AuditService } from '@waybill/audit';
import {
  type Bound,
  checkIfMatch,
  Cursors,
  type Page,
  type RequestContext,
  requireIfMatch,
  type Scope,
  type TransactionContext,
  uuidKey,
  ValidationFailedError,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { CallerLock } from '../caller-lock';
import type { SessionsAuditAction } from '../audit-actions';
import { scopesLacking } from '../users/roles';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';
import {
  type ChangeApiKeyDto,
  type CreateApiKeyDto,
  DEFAULT_OVERLAP_SECONDS,
  type ListApiKeysQuery,
  type RotateApiKeyDto,
  toApiKeyDto,
} from './api-keys.dto';
import { ApiKeyNotActiveError, ApiKeyNotFoundError, ScopeNotHeldError } from './api-keys.errors';
import { type ApiKeyRow, ApiKeysRepository, type LockedApiKeyRow, type Maker } from './api-keys.repository';

/** A new API key. Only this object holds the key itself. */
export interface IssuedApiKey {
  row: ApiKeyRow;
  key: string;
}

const cursors = new Cursors('api-keys', z.tuple([uuidKey]));

/** Creates, lists, renames, rotates and revokes API keys. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeysRepository,
    private readonly callers: CallerLock,
    private readonly audit: AuditService,
  ) {}

  /** @throws ScopeNotHeldError, ValidationFailedError for an expiry in the past. */
  async create(ctx: RequestContext, { name, scopes, expires_at }: CreateApiKeyDto): Promise<IssuedApiKey> {
    assertHolds(ctx, scopes);
    const expiresAt = expiryOf(expires_at);
    return this.database.transaction(ctx, async () => {
      const maker = await this.callers.lock(ctx, 'keys:manage');
      assertHolds(ctx, scopes);
      return this.add(ctx, { name, scopes, expiresAt, ...maker });
    });
  }

  /**
   * Creates a key without checking the caller's scopes.
   * @param actor who creates it, if the context has no principal.
   */
  add(
    ctx: TransactionContext,
    key: Pick<ApiKeyRow, 'name' | 'scopes' | 'expiresAt' | keyof Maker>,
    actor?: AuditActor,
  ): Promise<IssuedApiKey> {
    const { name, scopes, expiresAt } = key;
    return this.database.transaction(ctx, async () => {
      const issued = await this.issue(ctx, { ...key, ownerId: uuidv7() });
      const changes = { name, scopes, expires_at: expiresAt };
      await this.record(ctx, issued.row.id, { action: 'api_key.created', changes, actor });
      return issued;
    });
  }

  /** Returns a page of all keys, or of those of one creator, newest first. */
  async list(
    ctx: RequestContext,
    { limit, cursor, created_by: createdBy, active }: ListApiKeysQuery,
  ): Promise<Page<ApiKeyRow>> {
    const bound: Bound = { createdBy, active };
    const [beforeId] = cursors.read(cursor, bound) ?? [];
    const rows = await this.keys.list(ctx, { createdBy, active }, beforeId, limit + 1);
    return cursors.page(rows, limit, bound, (row) => [row.id]);
  }

  /** @throws ApiKeyNotFoundError */
  async get(ctx: RequestContext, id: string): Promise<ApiKeyRow> {
    const row = await this.keys.find(ctx, id);
    if (!row) throw new ApiKeyNotFoundError();
    return row;
  }

  /**
   * Creates a replacement for a key, with the same name, scopes and owner. The old key stays valid for the overlap.
   * @throws ApiKeyNotFoundError, ApiKeyNotActiveError, PreconditionFailedError, and those of `create`.
   */
  async rotate(
    ctx: RequestContext,
    id: string,
    { overlap_seconds: overlapSeconds = DEFAULT_OVERLAP_SECONDS, expires_at }: RotateApiKeyDto,
  ): Promise<IssuedApiKey> {
    const chosenExpiry = expiryOf(expires_at);
    return this.database.transaction(ctx, async () => {
      const maker = await this.callers.lock(ctx, 'keys:manage');
      const old = await this.lockManaged(ctx, id);
      if (!old.isUsable || old.replacedById !== null) throw new ApiKeyNotActiveError();
      const { name, scopes, ownerId } = old;
      const expiresAt = chosenExpiry ?? renewedExpiry(old);
      const issued = await this.issue(ctx, { name, scopes, ownerId, expiresAt, ...maker });
      await this.keys.markReplaced(ctx, id, issued.row.id, overlapSeconds);
      const changes = { replaced_by_id: issued.row.id, overlap_seconds: overlapSeconds };
      await this.record(ctx, id, { action: 'api_key.rotated', changes });
      return issued;
    });
  }

  /**
   * Renames a key. Does nothing if the key already has this name.
   * @throws ApiKeyNotFoundError, ScopeNotHeldError, PreconditionRequiredError, PreconditionFailedError
   */
  async rename(ctx: RequestContext, id: string, { name }: ChangeApiKeyDto): Promise<ApiKeyRow> {
    return this.database.transaction(ctx, async () => {
      const before = await this.lockManaged(ctx, id, requireIfMatch);
      if (before.name === name) return before;
      await this.keys.rename(ctx, id, name);
      const changes = { name: { from: before.name, to: name } };
      await this.record(ctx, id, { action: 'api_key.renamed', changes });
      return { ...before, name };
    });
  }

  /**
   * Revokes a key at once, in every process. Idempotent.
   * @throws ApiKeyNotFoundError, ScopeNotHeldError, PreconditionFailedError
   */
  async revoke(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(ctx, async () => this.end(ctx, await this.lockManaged(ctx, id)));
  }

  /**
   * Revokes a key without checking the caller's scopes. Idempotent.
   * @param actor who revokes it, if the context has no principal.
   * @throws ApiKeyNotFoundError
   */
  async revokeAny(ctx: TransactionContext, id: string, actor?: AuditActor): Promise<void> {
    await this.database.transaction(ctx, async () => this.end(ctx, await this.lock(ctx, id), actor));
  }

  /**
   * Revokes all keys that a user created, directly or through other keys. The open transaction must have locked the
   * user.
   * @throws ScopeNotHeldError if the caller may not manage keys, or lacks a scope of one of these keys.
   */
  async revokeMadeBy(ctx: RequestContext, userId: string): Promise<void> {
    assertHolds(ctx, ['keys:manage']);
    const revoked = await this.keys.revokeMadeBy(ctx, userId);
    assertHolds(ctx, new Set(revoked.flatMap(({ scopes }) => scopes)));
    for (const { id } of revoked)
      await this.record(ctx, id, { action: 'api_key.revoked', changes: { created_by_user_id: userId } });
  }

  /** Locks a key that the caller may manage: the caller needs every scope of the key. */
  private async lockManaged(
    ctx: RequestContext,
    id: string,
    checkPreconditions: typeof requireIfMatch = checkIfMatch,
  ): Promise<LockedApiKeyRow> {
    const key = await this.lock(ctx, id);
    assertHolds(ctx, key.scopes);
    checkPreconditions(ctx, toApiKeyDto(key));
    return key;
  }

  private async lock(ctx: TransactionContext, id: string): Promise<LockedApiKeyRow> {
    const key = await this.keys.lock(ctx, id);
    if (!key) throw new ApiKeyNotFoundError();
    return key;
  }

  /** Revokes a key that the open transaction has locked. */
  private async end(
    ctx: TransactionContext,
    { id, revokedAt }: LockedApiKeyRow,
    actor?: AuditActor,
  ): Promise<void> {
    if (revokedAt !== null) return;
    await this.keys.revoke(ctx, id);
    await this.record(ctx, id, { action: 'api_key.revoked', actor });
  }

  private async issue(
    ctx: TransactionContext,
    key: Pick<ApiKeyRow, 'name' | 'scopes' | 'ownerId' | 'expiresAt' | keyof Maker>,
  ): Promise<IssuedApiKey> {
    const secret = generateApiKey();
    const row = await this.keys.insert(ctx, {
      ...key,
      id: uuidv7(),
      prefix: visiblePrefix(secret),
      keyHash: hashSecret(secret),
    });
    return { row, key: secret };
  }

  private record(
    ctx: TransactionContext,
    id: string,
    entry: Omit<AuditEntry, 'target'> & { action: SessionsAuditAction },
  ): Promise<void> {
    return this.audit.record(ctx, { ...entry, target: { kind: 'api_key', id } });
  }
}

function assertHolds({ principal }: RequestContext, scopes: Iterable<Scope>): void {
  const lacking = scopesLacking(principal, scopes);
  if (lacking.length > 0) throw new ScopeNotHeldError(lacking);
}

function expiryOf(given: string | undefined): Date | null {
  if (given === undefined) return null;
  const at = new Date(given);
  if (at.getTime() <= Date.now())
    throw ValidationFailedError.at('/expires_at', 'in_the_past', 'This time is in the past.');
  return at;
}

/** Returns an expiry that gives the new key the same lifetime as the old one. */
function renewedExpiry({ createdAt, expiresAt }: ApiKeyRow): Date | null {
  return expiresAt && new Date(Date.now() + expiresAt.getTime() - createdAt.getTime());
}
