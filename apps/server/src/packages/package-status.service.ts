import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { checkIfMatch, type RequestContext } from '@waybill/core';
import { Database } from '@waybill/database';
import type { PackagesAuditAction } from './audit-actions';
import { actorOf } from './package-actor';
import { toPackageDto } from './packages.dto';
import {
  PackageAlreadyClaimedError,
  PackageCancelledError,
  PackageNotFoundError,
  PackageOfAnotherOwnerError,
} from './packages.errors';
import { visibleTo } from './packages.queries';
import {
  type PackageRow,
  PackagesRepository,
  type StatusChange,
  type Visibility,
} from './packages.repository';
import { packagesScopes } from './packages.scopes';

/**
 * Claims and cancels packages. Each change is one conditional update, so exactly one of several concurrent requests
 * succeeds. The other requests then read the package to report why they failed.
 */
@Injectable()
export class PackageStatusService {
  constructor(
    private readonly database: Database,
    private readonly packages: PackagesRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * Claims a package for a carrier. Changes nothing if the same carrier has already claimed it.
   * @throws PackageNotFoundError, PackageAlreadyClaimedError, PackageCancelledError, PreconditionFailedError
   */
  async claim(ctx: RequestContext, id: number, carrierId: number): Promise<PackageRow> {
    return this.withPreconditions(ctx, id, 'all', async () => {
      const change = this.changeOf(ctx, id, 'package.claimed', { carrier_id: carrierId });
      const claimed = await this.packages.claim(ctx, change, carrierId);
      if (claimed) return claimed;
      const found = await this.findUnchanged(ctx, id, 'all');
      if (found.status === 'cancelled') throw new PackageCancelledError();
      if (found.carrierId !== carrierId) throw claimedBy(found);
      return found;
    });
  }

  /**
   * Cancels a package that no carrier has claimed. Callers can cancel their own packages, or any package if they have
   * the scope `packages:manage`. Changes nothing if the package is already cancelled.
   * @throws PackageNotFoundError, PackageOfAnotherOwnerError, PackageAlreadyClaimedError, PreconditionFailedError
   */
  async cancel(ctx: RequestContext, id: number): Promise<PackageRow> {
    const { scopes, ownerIds } = ctx.principal;
    const visible = scopes.has(packagesScopes.manage.name) ? 'all' : ownerIds;
    return this.withPreconditions(ctx, id, visible, async () => {
      const change = this.changeOf(ctx, id, 'package.cancelled', {});
      const cancelled = await this.packages.cancel(ctx, change, visible);
      if (cancelled) return cancelled;
      const found = await this.findUnchanged(ctx, id, visible);
      if (found.status === 'claimed') throw claimedBy(found);
      return found;
    });
  }

  private changeOf(
    ctx: RequestContext,
    id: number,
    action: PackagesAuditAction,
    changes: Record<string, number>,
  ): StatusChange {
    const entry = this.audit.rowOf(ctx, { action, target: { kind: 'package', id: String(id) }, changes });
    return { id, actor: actorOf(ctx.principal), entry };
  }

  /** Runs `work`. If the request has preconditions, locks the package and checks them first. */
  private async withPreconditions(
    ctx: RequestContext,
    id: number,
    visible: Visibility,
    work: () => Promise<PackageRow>,
  ): Promise<PackageRow> {
    const { ifMatch, ifNoneMatch } = ctx.preconditions;
    if (!ifMatch && !ifNoneMatch) return work();
    return this.database.transaction(ctx, async () => {
      const current = await this.packages.lock(ctx, id, visible);
      if (!current) throw await this.notFoundError(ctx, id, visible);
      checkIfMatch(ctx, toPackageDto(current));
      return work();
    });
  }

  /** Returns the package that an update did not change. */
  private async findUnchanged(ctx: RequestContext, id: number, visible: Visibility): Promise<PackageRow> {
    const found = await this.packages.find(ctx, id, visible);
    if (!found) throw await this.notFoundError(ctx, id, visible);
    // The package was created after the update.
    if (found.status === 'registered') throw new PackageNotFoundError();
    return found;
  }

  private async notFoundError(ctx: RequestContext, id: number, visible: Visibility): Promise<Error> {
    const isReadable =
      visible !== 'all' && visibleTo(ctx) === 'all' && (await this.packages.find(ctx, id, 'all'));
    return isReadable ? new PackageOfAnotherOwnerError() : new PackageNotFoundError();
  }
}

const claimedBy = ({ carrierId }: PackageRow): PackageAlreadyClaimedError =>
  new PackageAlreadyClaimedError(carrierId as number);
