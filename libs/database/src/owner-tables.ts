import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { DataSource } from 'typeorm';
import { computed, statement, value } from './columns';
import { Database } from './database';
import { ownerIdUse } from './owner-id';

const OWNER_COLUMN = /(^|_)owner_id$/;

const OWNER = computed({ id: value.text('o.id') });
const TABLE = computed({ name: value.text('c.relname') });

/** The tables whose rows are data of an owner, as their entities declare with `@OwnerId`. */
@Injectable()
export class OwnerTables {
  /** Tables with an owner ID, whether or not their rows retain the owner. */
  private readonly tablesWithOwner: readonly string[];
  /** One condition per index. */
  private readonly conditions: readonly string[];

  /** @throws Error that names the columns without `@OwnerId`. */
  constructor(
    private readonly database: Database,
    { entityMetadatas, driver }: DataSource,
  ) {
    const columns = entityMetadatas.flatMap(({ target, tableName, columns: all }) =>
      all
        .map(({ databaseName, propertyName }) => ({
          table: tableName,
          name: databaseName,
          use: ownerIdUse(target, propertyName),
        }))
        .filter(({ name, use }) => use !== undefined || OWNER_COLUMN.test(name)),
    );
    const undeclared = columns.filter(({ use }) => !use).map(({ table, name }) => `${table}.${name}`);
    if (undeclared.length > 0)
      throw new Error(`Declare with @OwnerId whether rows retain their owner: ${undeclared.join(', ')}`);
    this.tablesWithOwner = columns.map(({ table }) => table);
    this.conditions = columns.flatMap(({ table, name, use }) => {
      if (!use?.retainsOwner) return [];
      const rows = `SELECT FROM ${driver.escape(table)} WHERE ${driver.escape(name)} = o.id`;
      return (use.where ?? ['true']).map((where) => `EXISTS (${rows} AND (${where}))`);
    });
  }

  /**
   * Returns the owner IDs that still have data in any module.
   * @throws Error if a table with an owner ID has no entity. A newer release created that table, so this release would
   *   not find its rows.
   */
  async ownersWithData(ctx: TransactionContext, ownerIds: readonly string[]): Promise<string[]> {
    await this.refuseUnknownTables(ctx);
    if (this.conditions.length === 0) return [];
    const rows = await this.database.rows(
      ctx,
      // SQL: looks up each owner in each index.
      statement(
        OWNER,
        `SELECT ${OWNER} FROM unnest($1::uuid[]) AS o(id) WHERE ${this.conditions.join(' OR ')}`,
      ),
      [ownerIds],
    );
    return rows.map(({ id }) => id);
  }

  private async refuseUnknownTables(ctx: TransactionContext): Promise<void> {
    const unknown = await this.database.rows(
      ctx,
      // SQL: PostgreSQL's catalog. Skips partitions, because they have the columns of their table.
      statement(
        TABLE,
        `SELECT DISTINCT ${TABLE} FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND a.attname ~ '(^|_)owner_id$' AND c.relname <> ALL ($1::text[])`,
      ),
      [this.tablesWithOwner],
    );
    if (unknown.length === 0) return;
    const names = unknown.map(({ name }) => name).join(', ');
    throw new Error(`No entity of this release has the owner IDs of: ${names}. No session is purged.`);
  }
}
