import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { IsNull, MoreThan } from 'typeorm';
import { PackageTypeEntity } from './package-type.entity';

export type PackageTypeRow = Pick<PackageTypeEntity, 'id' | 'name'>;

@Injectable()
export class PackageTypesRepository {
  constructor(private readonly database: Database) {}

  /** Lists the types that are not archived, by ID, starting after `afterId`. */
  listCurrent(ctx: TransactionContext, afterId: number, count: number): Promise<PackageTypeRow[]> {
    return this.database.repository(ctx, PackageTypeEntity).find({
      select: { id: true, name: true },
      where: { archivedAt: IsNull(), id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: count,
    });
  }

  // SQL: runs for every registration.
  async isCurrent(ctx: TransactionContext, id: number): Promise<boolean> {
    const found = await this.database.execute(
      ctx,
      `SELECT 1 FROM package_types WHERE id = $1 AND archived_at IS NULL`,
      [id],
    );
    return found > 0;
  }
}
