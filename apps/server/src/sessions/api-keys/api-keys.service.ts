import { Injectable } from '@nestjs/common';
import { type AuditChanges, AuditService } from '@waybill/audit';
import {
  type Bound,
  checkIfMatch,
  Cursors,
  type Page,
  type RequestContext,
  type Scope,
  uuidKey,
  ValidationFailedError,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { SessionsAuditAction } from '../audit-actions';
import { scopesLacking } from '../users/roles';
import { UsersRepository } from '../users/users.repository';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';
import {
  type CreateApiKeyDto,
  DEFAULT_OVERLAP_SECONDS,
  type ListApiKeysQuery,
  type RotateApiKeyDto,
  toApiKeyDto,
} from './api-keys.dto';
import {
  ApiKeyNotActiveError,
  ApiKeyNotFoundError,
  MakerEndedError,
  ScopeNotHeldError,
} from './api-keys.errors';
import { type ApiKeyRow, ApiKeysRepository, type Maker } from './api-keys.repository';

/** A key that has just been made: the key itself can't be had again. */
export interface IssuedApiKey {
  row: ApiKeyRow;
  key: string;
}

const cursors = new Cursors('api-keys', z.tuple([uuidKey]));

/** Makes, shows, rotates and revokes API keys. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeysRepository,
    private readonly users: UsersRepository,
    private readonly audit: AuditService,
  ) {}

  /** @throws ScopeNotHeldError, ValidationFailedError for an expiry that has passed. */
  async create(ctx: RequestContext, { name, scopes, expires_at }: CreateApiKeyDto): Promise<IssuedApiKey> {
    assertHolds(ctx, scopes);
    const expiresAt = expiryOf(expires_at);
    return this.database.transaction(ctx, async () => {
      const maker = await this.holdMaker(ctx);
      const issued = await this.issue(ctx, { name, scopes, expiresAt, ownerId: uuidv7(), ...maker });
      await this.record(ctx, 'api_key.created', issued.row.id, { name, scopes, expires_at: expiresAt });
      return issued;
    });
  }

  /** A page of all keys, or of those that somebody made, newest first. */
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
   * Makes a key that takes another's place: same name, scopes and owner. The old one works on for the overlap.
   * @throws ApiKeyNotFoundError, ApiKeyNotActiveError, PreconditionFailedError, and as `create` does.
   */
  async rotate(
    ctx: RequestContext,
    id: string,
    { overlap_seconds: overlapSeconds = DEFAULT_OVERLAP_SECONDS, expires_at }: RotateApiKeyDto,
  ): Promise<IssuedApiKey> {
    const chosenExpiry = expiryOf(expires_at);
    return this.database.transaction(ctx, async () => {
      const maker = await this.holdMaker(ctx);
      const old = await this.lockManaged(ctx, id);
      if (!old.isUsable || old.replacedById !== null) throw new ApiKeyNotActiveError();
      const { name, scopes, ownerId } = old;
      const expiresAt = chosenExpiry ?? renewedExpiry(old);
      const issued = await this.issue(ctx, { name, scopes, ownerId, expiresAt, ...maker });
      await this.keys.markReplaced(ctx, id, issued.row.id, overlapSeconds);
      await this.record(ctx, 'api_key.rotated', id, {
        replaced_by_id: issued.row.id,
        overlap_seconds: overlapSeconds,
      });
      return issued;
    });
  }

  /**
   * Revokes a key at once, in every process. Doing it again changes nothing.
   * @throws ApiKeyNotFoundError, ScopeNotHeldError, PreconditionFailedError
   */
  async revoke(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(ctx, async () => {
      const key = await this.lockManaged(ctx, id);
      if (key.revokedAt !== null) return;
      await this.keys.revoke(ctx, id);
      await this.record(ctx, 'api_key.revoked', id);
    });
  }

  /**
   * Revokes at once all keys that go back to a user, in the open transaction that holds the user.
   * @throws ScopeNotHeldError where the caller may not manage keys, or lacks a scope that one of these has.
   */
  async revokeMadeBy(ctx: RequestContext, userId: string): Promise<void> {
    assertHolds(ctx, ['keys:manage']);
    const revoked = await this.keys.revokeMadeBy(ctx, userId);
    assertHolds(ctx, new Set(revoked.flatMap(({ scopes }) => scopes)));
    for (const { id } of revoked)
      await this.record(ctx, 'api_key.revoked', id, { created_by_user_id: userId });
  }

  /** A key that the caller may manage: nobody ends or renews what may do more than they may. */
  private async lockManaged(ctx: RequestContext, id: string): Promise<ApiKeyRow & { isUsable: boolean }> {
    const key = await this.keys.lock(ctx, id);
    if (!key) throw new ApiKeyNotFoundError();
    assertHolds(ctx, key.scopes);
    checkIfMatch(ctx, toApiKeyDto(key));
    return key;
  }

  /**
   * Who makes a key. The user whom that goes back to is held until the transaction ends: who disables them and revokes their keys
   * meanwhile waits, and finds the new one too.
   * @throws MakerEndedError where that has happened already.
   */
  private async holdMaker(ctx: RequestContext): Promise<Maker> {
    const { kind, id, userId } = ctx.principal;
    const asKey = kind === 'api_key';
    const createdByUserId = userId ?? (await this.keys.find(ctx, id))?.createdByUserId ?? null;
    const user = createdByUserId === null ? undefined : await this.users.hold(ctx, createdByUserId);
    const hasEnded = asKey ? (await this.keys.find(ctx, id))?.revokedAt !== null : user?.disabledAt !== null;
    if (hasEnded) throw new MakerEndedError();
    return { createdByUserId, createdByKeyId: asKey ? id : null };
  }

  private async issue(
    ctx: RequestContext,
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
    ctx: RequestContext,
    action: SessionsAuditAction,
    id: string,
    changes?: AuditChanges,
  ): Promise<void> {
    return this.audit.record(ctx, { action, target: { kind: 'api_key', id }, changes });
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

/** As long from now as the old key was to live from its making on. */
function renewedExpiry({ createdAt, expiresAt }: ApiKeyRow): Date | null {
  return expiresAt && new Date(Date.now() + expiresAt.getTime() - createdAt.getTime());
}
