import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { PackageEventEntity } from './package-event.entity';

// pg returns a bigint as a string. The IDs stay far below 2^53, so they fit a number.
const ID = computed({ id: value.float('e.id') });
const EVENT = ID.and(
  columnsOf(PackageEventEntity, 'kind', 'at', 'actor', 'carrierId', 'revision', 'cost').from('e'),
);
const REVISION = ID.and(
  columnsOf(PackageEventEntity, 'at', 'actor', 'revision', 'cost', 'pricing').from('e'),
);
const LIST = statement(
  EVENT,
  `SELECT ${EVENT} FROM package_events e WHERE e.package_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3`,
);
const REVISIONS = statement(
  REVISION,
  `SELECT ${REVISION} FROM package_events e WHERE e.package_id = $1 AND e.id < $2 AND e.revision IS NOT NULL
   ORDER BY e.id DESC LIMIT $3`,
);

export type PackageEventRow = RowOf<typeof EVENT>;
export type CostRevisionRow = RowOf<typeof REVISION>;

/** Events of packages in PostgreSQL. The statements that change a package insert them. */
@Injectable()
export class PackageEventsRepository {
  constructor(private readonly database: Database) {}

  // SQL: a bigint as a number.
  /** Lists the events of a package before `beforeId`, newest first. */
  list(
    ctx: TransactionContext,
    packageId: number,
    beforeId: number,
    count: number,
  ): Promise<PackageEventRow[]> {
    return this.database.rows(ctx, LIST, [packageId, beforeId, count]);
  }

  // SQL: a bigint as a number.
  /** Lists the events that set the cost of a package, before `beforeId`, newest first. */
  listRevisions(
    ctx: TransactionContext,
    packageId: number,
    beforeId: number,
    count: number,
  ): Promise<CostRevisionRow[]> {
    return this.database.rows(ctx, REVISIONS, [packageId, beforeId, count]);
  }
}
