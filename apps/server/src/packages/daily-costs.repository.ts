import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { typeName } from '../catalog';
import { DailyCostEntity } from './daily-cost.entity';

const SUMS = columnsOf(DailyCostEntity, 'day', 'typeId')
  .from('d')
  .and(typeName.columns)
  .and(
    computed({
      packages: value.int('sum(d.packages)'),
      priced: value.int('sum(d.priced)'),
      cost: value.text('sum(d.cost)'),
    }),
  );
const SUM = statement(
  SUMS,
  `SELECT ${SUMS} FROM daily_costs d ${typeName.join('d.type_id')} WHERE d.day BETWEEN $1 AND $2
   GROUP BY d.day, d.type_id, package_type.name HAVING sum(d.packages) > 0 ORDER BY d.day DESC, d.type_id`,
);

export type DailyCostRow = RowOf<typeof SUMS>;

/** Reads the daily sums of costs. Triggers maintain them (see `DailyCostEntity`). */
@Injectable()
export class DailyCostsRepository {
  constructor(private readonly database: Database) {}

  // SQL: sums over the slots.
  /** Returns the sums of each day and type with packages, from `from` to `to` inclusive, newest day first. */
  list(ctx: TransactionContext, from: string, to: string): Promise<DailyCostRow[]> {
    return this.database.rows(ctx, SUM, [from, to]);
  }
}
