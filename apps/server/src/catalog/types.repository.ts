import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';

export interface PackageTypeRow {
  id: number;
  name: string;
}

@Injectable()
export class TypesRepository {
  constructor(private readonly database: Database) {}

  /** The types that are not archived, by id, from after `afterId` on. */
  listCurrent(ctx: WorkContext, afterId: number, count: number): Promise<PackageTypeRow[]> {
    return this.database.query(
      ctx,
      `SELECT id, name FROM package_types WHERE archived_at IS NULL AND id > $1 ORDER BY id LIMIT $2`,
      [afterId, count],
    );
  }

  async isCurrent(ctx: WorkContext, id: number): Promise<boolean> {
    const rows = await this.database.query(
      ctx,
      `SELECT 1 FROM package_types WHERE id = $1 AND archived_at IS NULL`,
      [id],
    );
    return rows.length > 0;
  }
}
