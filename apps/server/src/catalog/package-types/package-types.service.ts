import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditService } from '@waybill/audit';
import {
  type Bound,
  checkIfMatch,
  Cursors,
  integerKey,
  type Page,
  type RequestContext,
  requireIfMatch,
  type TransactionContext,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { z } from 'zod';
import type { CatalogAuditAction } from '../audit-actions';
import {
  type CreatePackageTypeDto,
  type ListPackageTypesQuery,
  type RenamePackageTypeDto,
  toPackageTypeDto,
} from './package-types.dto';
import { PackageTypeNameTakenError, PackageTypeNotFoundError } from './package-types.errors';
import { type PackageTypeRow, PackageTypesRepository } from './package-types.repository';

const cursors = new Cursors('types', z.tuple([integerKey]));

/** Package types. */
@Injectable()
export class PackageTypesService {
  constructor(
    private readonly database: Database,
    private readonly types: PackageTypesRepository,
    private readonly audit: AuditService,
  ) {}

  /** Lists the usable types, or the archived ones, by ID. */
  async list(
    ctx: TransactionContext,
    { limit, cursor, archived }: ListPackageTypesQuery,
  ): Promise<Page<PackageTypeRow>> {
    const bound: Bound = archived ? { archived } : {};
    const [afterId] = cursors.read(cursor, bound) ?? [0];
    const rows = archived
      ? await this.types.listArchived(ctx, afterId, limit + 1)
      : (await this.types.listCurrent(ctx, afterId, limit + 1)).map((row) => ({ ...row, archivedAt: null }));
    return cursors.page(rows, limit, bound, ({ id }) => [id]);
  }

  /** @throws PackageTypeNotFoundError */
  async get(ctx: TransactionContext, id: number): Promise<PackageTypeRow> {
    const row = await this.types.find(ctx, id);
    if (!row) throw new PackageTypeNotFoundError();
    return row;
  }

  /** @throws PackageTypeNameTakenError */
  create(ctx: RequestContext, { name }: CreatePackageTypeDto): Promise<PackageTypeRow> {
    return this.database.transaction(ctx, async () => {
      const row = await this.types.insert(ctx, name);
      if (!row) throw new PackageTypeNameTakenError();
      await this.record(ctx, row.id, { action: 'package_type.created', changes: { name } });
      return row;
    });
  }

  /**
   * Renames a type. Packages of this type show the new name. Does nothing if the type already has this name.
   * @throws PackageTypeNotFoundError, PackageTypeNameTakenError, PreconditionRequiredError, PreconditionFailedError
   */
  rename(ctx: RequestContext, id: number, { name }: RenamePackageTypeDto): Promise<PackageTypeRow> {
    return this.database.transaction(ctx, async () => {
      const before = await this.lock(ctx, id, requireIfMatch);
      if (before.name === name) return before;
      if (!(await this.types.rename(ctx, id, name))) throw new PackageTypeNameTakenError();
      const changes = { name: { from: before.name, to: name } };
      await this.record(ctx, id, { action: 'package_type.renamed', changes });
      return { ...before, name };
    });
  }

  /**
   * Archives a type, so that no new package can have it. Idempotent.
   * @throws PackageTypeNotFoundError, PreconditionFailedError
   */
  archive(ctx: RequestContext, id: number): Promise<PackageTypeRow> {
    return this.database.transaction(ctx, async () => {
      const before = await this.lock(ctx, id, checkIfMatch);
      if (before.archivedAt) return before;
      await this.record(ctx, id, { action: 'package_type.archived' });
      return this.types.setArchived(ctx, id, true);
    });
  }

  /**
   * Makes an archived type usable again. Idempotent.
   * @throws PackageTypeNotFoundError, PreconditionFailedError
   */
  restore(ctx: RequestContext, id: number): Promise<PackageTypeRow> {
    return this.database.transaction(ctx, async () => {
      const before = await this.lock(ctx, id, checkIfMatch);
      if (!before.archivedAt) return before;
      await this.record(ctx, id, { action: 'package_type.restored' });
      return this.types.setArchived(ctx, id, false);
    });
  }

  /** Whether a package may be registered with this type: it exists and is not archived. */
  isUsable(ctx: TransactionContext, id: number): Promise<boolean> {
    return this.types.isCurrent(ctx, id);
  }

  private async lock(
    ctx: RequestContext,
    id: number,
    checkPreconditions: typeof requireIfMatch,
  ): Promise<PackageTypeRow> {
    const row = await this.types.lock(ctx, id);
    if (!row) throw new PackageTypeNotFoundError();
    checkPreconditions(ctx, toPackageTypeDto(row));
    return row;
  }

  private record(
    ctx: RequestContext,
    id: number,
    entry: Omit<AuditEntry, 'target'> & { action: CatalogAuditAction },
  ): Promise<void> {
    return this.audit.record(ctx, { ...entry, target: { kind: 'package_type', id: String(id) } });
  }
}
