import { Injectable } from '@nestjs/common';
import { redacted, RequestContext, type TransactionContext } from '@waybill/core';
import { v7 as uuidv7 } from 'uuid';
import type { ActorKind, AuditEntryEntity } from './audit-entry.entity';
import { type AuditEntryValues, AuditRepository } from './audit.repository';
import { withoutSecrets } from './secrets';

/** Actor for a context without a principal: a sign-in has none yet, and a job never has one. */
export interface AuditActor {
  kind: ActorKind;
  id?: string;
  userId?: string;
  ownerId?: string;
}

/** Old or new value of a field. */
export type AuditValue = string | number | boolean | Date | null | readonly (string | number)[];

/** Changed fields, each with its new value or with its old and new values. Never holds secrets. */
export type AuditChanges = Readonly<Record<string, AuditValue | { from: AuditValue; to: AuditValue }>>;

/** A change to record. */
export interface AuditEntry {
  /** `<resource>.<verb>`: `user.created`. */
  action: string;
  target: { kind: string; id: string };
  changes?: AuditChanges;
  actor?: AuditActor;
}

const MAX_USER_AGENT_LENGTH = 256;

/** Writes the append-only log of changes by staff, API keys and the system. */
@Injectable()
export class AuditService {
  constructor(private readonly entries: AuditRepository) {}

  /**
   * Records a change in the context's open transaction, so that the change and its entry commit together. Skips changes
   * that customers make to their own data. Redacts values that look like secrets.
   * @throws Error (a programming error) without an open transaction, or if a field in `changes` has the name of a
   *   secret.
   */
  async record(ctx: TransactionContext, entry: AuditEntry): Promise<void> {
    if (!ctx.transaction)
      throw new Error(`${entry.action} must be recorded in the transaction that makes the change`);
    const row = this.rowOf(ctx, entry);
    if (row) await this.entries.insert(ctx, row);
  }

  /**
   * Returns the row that `record` would insert, for a statement that makes a change and records it; see `auditInsert`.
   * @returns undefined if there is nothing to record.
   */
  rowOf(ctx: TransactionContext, entry: AuditEntry): AuditEntryValues | undefined {
    const changes = withoutSecrets(entry.changes ?? {}) as AuditChanges;
    const actor = entry.actor ?? actorOf(ctx);
    if (!actor) return undefined;
    return {
      id: uuidv7(),
      ...actorColumns(actor),
      action: entry.action,
      targetKind: entry.target.kind,
      targetId: entry.target.id,
      changes,
      ...originOf(ctx),
    };
  }
}

/** Returns undefined for a customer. */
function actorOf(ctx: TransactionContext): AuditActor | undefined {
  const principal = ctx instanceof RequestContext ? ctx.principalIfAny : undefined;
  if (!principal) return { kind: 'system' };
  const { kind, id, ownerId, userId } = principal;
  return kind === 'customer' ? undefined : { kind, id, ownerId, userId };
}

const actorColumns = ({ kind, id, userId, ownerId }: AuditActor) => ({
  actorKind: kind,
  actorId: id ?? null,
  actorUserId: userId ?? null,
  actorOwnerId: ownerId ?? null,
});

function originOf(ctx: TransactionContext): Pick<AuditEntryEntity, 'address' | 'userAgent' | 'requestId'> {
  if (!(ctx instanceof RequestContext)) return { address: null, userAgent: null, requestId: null };
  // Redact before truncating: half a secret no longer matches the pattern.
  const userAgent =
    ctx.userAgent === undefined ? null : redacted(ctx.userAgent).slice(0, MAX_USER_AGENT_LENGTH);
  return { address: ctx.address, userAgent, requestId: redacted(ctx.requestId) };
}
