import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import type { RequestContext } from '@waybill/core';
import { Database } from '@waybill/database';
import type { SessionsAuditAction } from '../audit-actions';
import { failedSignIns } from './sign-ins.metrics';

/** Entries per minute per process. The metric counts every failure. */
const RECORDED_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

/** Why a sign-in failed. Callers do not learn it. */
export type SignInFailure = 'unknown_user' | 'wrong_password' | 'disabled_user' | 'changed_user';

/**
 * Counts failed sign-ins, and records a limited number of them in the audit log, so that an attacker cannot fill it.
 * Does the same work for a known and an unknown account, so that the response time reveals nothing.
 */
@Injectable()
export class FailedSignIns {
  private minute = 0;
  private recorded = 0;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @param userId undefined for an unknown account: its email address may be a stranger's, or a password. */
  async note(ctx: RequestContext, reason: SignInFailure, userId: string | undefined): Promise<void> {
    failedSignIns.inc({ reason });
    if (!this.takeFromBudget()) return;
    const action: SessionsAuditAction = 'user.sign_in_failed';
    await this.database.transaction(ctx, () =>
      this.audit.record(ctx, {
        action,
        target: { kind: 'user', id: userId ?? 'unknown' },
        changes: { reason },
        actor: { kind: 'anonymous' },
      }),
    );
  }

  private takeFromBudget(): boolean {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    if (minute !== this.minute) [this.minute, this.recorded] = [minute, 0];
    return this.recorded++ < RECORDED_PER_MINUTE;
  }
}
