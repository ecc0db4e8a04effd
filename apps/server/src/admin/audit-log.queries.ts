import { Injectable } from '@nestjs/common';
import { AuditQueries } from '@waybill/audit';
import type { RequestContext } from '@waybill/core';
import { Actors } from '../sessions';
import {
  type AuditEntryPage,
  type ListAuditEntriesQuery,
  toAuditEntryDto,
  toAuditFilters,
} from './audit.dto';

/** Reads the audit log, with the names of its actors. */
@Injectable()
export class AuditLogQueries {
  constructor(
    private readonly entries: AuditQueries,
    private readonly actors: Actors,
  ) {}

  /** Returns a page of entries, newest first. */
  async list(ctx: RequestContext, query: ListAuditEntriesQuery): Promise<AuditEntryPage> {
    const filters = { ...toAuditFilters(query), actorIds: await this.actorIds(ctx, query) };
    const { items, next_cursor } = await this.entries.list(ctx, filters, query);
    const names = await this.actors.namesOf(ctx, {
      userIds: items.flatMap(({ actorUserId }) => actorUserId ?? []),
      keyIds: items.flatMap(({ actorKind, actorId }) => (actorKind === 'api_key' ? (actorId ?? []) : [])),
    });
    return { items: items.map((entry) => toAuditEntryDto(entry, names)), next_cursor };
  }

  /** @returns undefined if the query names no actor. No actor is both a user and a key. */
  private async actorIds(
    ctx: RequestContext,
    { actor_email: email, actor_key_name: keyName }: ListAuditEntriesQuery,
  ): Promise<string[] | undefined> {
    if (email !== undefined && keyName !== undefined) return [];
    if (email !== undefined) return this.actors.idsByEmail(ctx, email);
    return keyName === undefined ? undefined : this.actors.idsByKeyName(ctx, keyName);
  }
}
