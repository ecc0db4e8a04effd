import { Injectable } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import type { FindOptionsWhere } from 'typeorm';
import { CurrencyRateEntity } from './currency-rate.entity';
import { RateListEntity } from './rate-list.entity';
import type { ListInForce, Rate, RateDocument, StoredList } from './rate-list';
import { snapshot } from './snapshot';

const LOCK = computed({
  locked: value.boolean(`pg_try_advisory_xact_lock(hashtext('waybill:rates'))`),
  idle: value.text(`set_config('idle_in_transaction_session_timeout', $1, true)`),
});
const NOW = computed({ now: value.timestamp('clock_timestamp()') });
const LIST = columnsOf(RateListEntity, 'effectiveDate', 'source', 'documentSha256', 'fromPrevious')
  .from('l')
  .and(
    computed({
      rates: value.json<Record<string, Rate>>(
        `SELECT jsonb_object_agg(r.currency, jsonb_build_object('value', r.value::text, 'nominal', r.nominal))
           FROM currency_rates r WHERE r.effective_date = l.effective_date`,
      ),
    }),
  );
const KNOWN = columnsOf(RateListEntity, 'effectiveDate', 'source', 'documentSha256', 'receivedAt')
  .from('l')
  .and(
    computed({
      currencies: value.int(
        'SELECT count(*) FROM currency_rates r WHERE r.effective_date = l.effective_date',
      ),
    }),
  );
const NEW_LIST = columnsOf(RateListEntity, 'effectiveDate', 'source', 'documentSha256', 'fromPrevious');
const CURRENCY = columnsOf(CurrencyRateEntity, 'currency');

/** A list as administrators see it. */
export type KnownList = RowOf<typeof KNOWN>;

/** Lists, their rates, and settled days in PostgreSQL. */
@Injectable()
export class RatesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Runs `work` under the fleet-wide lock, in a transaction that commits what it stores. A holder that is idle for
   * `idleMs` (a frozen process) loses the lock.
   * @returns null at once if another process holds the lock.
   */
  async withFleetLock<T>(
    idleMs: number,
    work: (ctx: TransactionContext) => Promise<T>,
  ): Promise<{ result: T } | null> {
    const ctx = new TransactionContext();
    return this.database.transaction(ctx, async () => {
      const { locked } = await this.database.one(ctx, statement(LOCK, `SELECT ${LOCK}`), [String(idleMs)]);
      return locked ? { result: await work(ctx) } : null;
    });
  }

  async databaseTime(ctx: TransactionContext): Promise<Date> {
    return (await this.database.one(ctx, statement(NOW, `SELECT ${NOW}`))).now;
  }

  // SQL: a list and its rates in one row.
  /** Returns the list in force on a settled day; null for a day that is not settled. */
  async settledList(ctx: TransactionContext, day: string): Promise<StoredList | null> {
    const list = await this.database.row(
      ctx,
      statement(
        LIST,
        `SELECT ${LIST} FROM rate_lists l JOIN rate_days d ON d.effective_date = l.effective_date WHERE d.day = $1`,
      ),
      [day],
    );
    return list ?? null;
  }

  // SQL: a list and its rates in one row.
  /** Returns the newest list dated from `since` to `day`. The snapshot, if allowed, may be older. */
  async newestList(
    ctx: TransactionContext,
    { day, since, allowSnapshot }: { day: string; since: string; allowSnapshot: boolean },
  ): Promise<StoredList | null> {
    const list = await this.database.row(
      ctx,
      statement(
        LIST,
        `SELECT ${LIST} FROM rate_lists l
          WHERE l.effective_date <= $1
            AND CASE WHEN l.source = 'snapshot' THEN $3::boolean ELSE l.effective_date >= $2 END
          ORDER BY l.effective_date DESC LIMIT 1`,
      ),
      [day, since, allowSnapshot],
    );
    return list ?? null;
  }

  // SQL: ON CONFLICT.
  /** Stores the shipped list if no list is stored. */
  async seedSnapshot(ctx: TransactionContext): Promise<void> {
    await this.database.transaction(ctx, async () => {
      const inserted = await this.database.execute(
        ctx,
        `INSERT INTO rate_lists (${NEW_LIST.names})
         SELECT $1::date, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM rate_lists) ON CONFLICT DO NOTHING`,
        NEW_LIST.valuesOf(snapshot),
      );
      if (inserted > 0) await this.insertRates(ctx, snapshot.effectiveDate, Object.entries(snapshot.rates));
    });
  }

  /**
   * Stores a document's lists and settles the days on which it proves them in force. Never changes the rates of a
   * stored list or the list of a settled day. Call this under the fleet-wide lock.
   * @returns the lists whose rates contradict the stored ones.
   */
  async store(
    ctx: TransactionContext,
    document: RateDocument,
  ): Promise<{ effectiveDate: string; currencies: string[] }[]> {
    const contradictions: { effectiveDate: string; currencies: string[] }[] = [];
    for (const list of document.lists) {
      const currencies = await this.storeList(ctx, document, list);
      if (currencies.length > 0) contradictions.push({ effectiveDate: list.effectiveDate, currencies });
      // SQL: ON CONFLICT, and a row for each day.
      await this.database.execute(
        ctx,
        `INSERT INTO rate_days (day, effective_date)
         SELECT day::date, $1::date FROM generate_series($1::date, $2::date, '1 day') AS day ON CONFLICT DO NOTHING`,
        [list.effectiveDate, list.through],
      );
    }
    return contradictions;
  }

  isQuoted(ctx: TransactionContext, currency: string): Promise<boolean> {
    return this.database.repository(ctx, CurrencyRateEntity).existsBy({ currency });
  }

  // SQL: each list with the number of its rates.
  /** Returns the stored lists, newest first; with `before`, only those with an earlier effective date. */
  knownLists(ctx: TransactionContext, limit: number, before?: string): Promise<KnownList[]> {
    return this.database.rows(
      ctx,
      statement(
        KNOWN,
        `SELECT ${KNOWN} FROM rate_lists l WHERE $2::date IS NULL OR l.effective_date < $2
          ORDER BY l.effective_date DESC LIMIT $1`,
      ),
      [limit, before ?? null],
    );
  }

  // SQL: ON CONFLICT.
  private async storeList(
    ctx: TransactionContext,
    document: RateDocument,
    list: ListInForce,
  ): Promise<string[]> {
    const { effectiveDate, fromPrevious } = list;
    const { source, documentSha256 } = document;
    const row = { effectiveDate, source, documentSha256, fromPrevious };
    const inserted = await this.database.execute(
      ctx,
      `INSERT INTO rate_lists (${NEW_LIST.names}) VALUES (${NEW_LIST.placeholders}) ON CONFLICT DO NOTHING`,
      NEW_LIST.valuesOf(row),
    );
    if (inserted === 0) {
      const contradicting = await this.contradicting(ctx, list);
      if (contradicting.length > 0) return contradicting;
      if (!(await this.supersede(ctx, row))) return [];
    }
    await this.insertRates(ctx, effectiveDate, [...list.rates]);
    return [];
  }

  // A complete list replaces one known from `Previous`, and any fetched list replaces the snapshot.
  private async supersede(ctx: TransactionContext, row: RowOf<typeof NEW_LIST>): Promise<boolean> {
    const { effectiveDate, ...rest } = row;
    const replaced: FindOptionsWhere<RateListEntity>[] = [
      { effectiveDate, source: 'snapshot' },
      ...(row.fromPrevious ? [] : [{ effectiveDate, fromPrevious: true }]),
    ];
    const { affected } = await this.database
      .repository(ctx, RateListEntity)
      .update(replaced, { ...rest, receivedAt: () => 'now()' });
    return affected !== 0;
  }

  // SQL: compares numbers as PostgreSQL stores them.
  private async contradicting(ctx: TransactionContext, list: ListInForce): Promise<string[]> {
    const rows = await this.database.rows(
      ctx,
      statement(
        CURRENCY,
        `SELECT ${CURRENCY} FROM currency_rates r
           JOIN jsonb_to_recordset($2::jsonb) AS n(currency text, value numeric, nominal integer) USING (currency)
          WHERE r.effective_date = $1 AND r.value * n.nominal <> n.value * r.nominal`,
      ),
      [list.effectiveDate, asRecordset([...list.rates])],
    );
    return rows.map(({ currency }) => currency);
  }

  // SQL: ON CONFLICT.
  private async insertRates(
    ctx: TransactionContext,
    effectiveDate: string,
    rates: [string, Rate][],
  ): Promise<void> {
    await this.database.execute(
      ctx,
      `INSERT INTO currency_rates (currency, effective_date, value, nominal)
       SELECT currency, $1::date, value, nominal
         FROM jsonb_to_recordset($2::jsonb) AS n(currency text, value numeric, nominal integer)
       ON CONFLICT DO NOTHING`,
      [effectiveDate, asRecordset(rates)],
    );
  }
}

function asRecordset(rates: [string, Rate][]): string {
  return JSON.stringify(rates.map(([currency, rate]) => ({ currency, ...rate })));
}
