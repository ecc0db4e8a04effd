import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ListInForce, RateDocument, RateSource, StoredList } from './rate-list';
import { snapshot } from './snapshot';

/** A list as administrators see it. */
export interface KnownList {
  effectiveDate: string;
  source: RateSource;
  documentSha256: string;
  receivedAt: Date;
  currencies: number;
}

const storedList = `
  SELECT l.effective_date::text AS "effectiveDate", l.source, l.document_sha256 AS "documentSha256",
         l.from_previous AS "fromPrevious",
         (SELECT json_object_agg(r.currency, json_build_object('value', r.value::text, 'nominal', r.nominal))
            FROM currency_rates r WHERE r.effective_date = l.effective_date) AS rates
    FROM rate_lists l`;

/** Lists, their rates and settled days in PostgreSQL. Rates belong to everybody: it works in transactions of its own. */
@Injectable()
export class RatesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` while no other process of the fleet does, in a transaction that commits what it stores. Whoever holds the
   * lock and does nothing for `idleMs` (a frozen process) loses it.
   * @returns null, at once, when another process is at it.
   */
  async underFleetLock<T>(
    idleMs: number,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<{ result: T } | null> {
    return this.dataSource.transaction(async (manager) => {
      const [row] = await manager.query<{ locked: boolean }[]>(
        `SELECT pg_try_advisory_xact_lock(hashtext('waybill:rates')) AS locked,
                set_config('idle_in_transaction_session_timeout', $1, true)`,
        [String(idleMs)],
      );
      return row?.locked ? { result: await work(manager) } : null;
    });
  }

  async databaseTime(manager?: EntityManager): Promise<Date> {
    const [row] = await this.query<{ now: Date }>(`SELECT clock_timestamp() AS now`, [], manager);
    return (row as { now: Date }).now;
  }

  /** The list in force on a settled day; null for a day that is not settled. */
  async settledList(day: string, manager?: EntityManager): Promise<StoredList | null> {
    const sql = `${storedList} JOIN rate_days d ON d.effective_date = l.effective_date WHERE d.day = $1`;
    const [list] = await this.query<StoredList>(sql, [day], manager);
    return list ?? null;
  }

  /** The newest list dated from `since` to `day`; the snapshot, if allowed, however old it is. */
  async newestList(day: string, since: string, allowSnapshot: boolean): Promise<StoredList | null> {
    const [list] = await this.query<StoredList>(
      `${storedList}
        WHERE l.effective_date <= $1
          AND CASE WHEN l.source = 'snapshot' THEN $3::boolean ELSE l.effective_date >= $2 END
        ORDER BY l.effective_date DESC LIMIT 1`,
      [day, since, allowSnapshot],
    );
    return list ?? null;
  }

  /** Stores the list that is shipped with the project, unless any list is stored. */
  async seedSnapshot(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const inserted = await this.query(
        `INSERT INTO rate_lists (effective_date, source, document_sha256)
         SELECT $1::date, $2, $3 WHERE NOT EXISTS (SELECT FROM rate_lists) ON CONFLICT DO NOTHING RETURNING 1`,
        [snapshot.effectiveDate, snapshot.source, snapshot.documentSha256],
        manager,
      );
      if (inserted.length > 0)
        await this.insertRates(snapshot.effectiveDate, Object.entries(snapshot.rates), manager);
    });
  }

  /**
   * Stores a document's lists and settles the days that they are proved to be in force on. What is settled stays: of a
   * stored list no rate is changed, and of a settled day not its list. To be called under the fleet's lock.
   * @returns the lists whose rates contradict the stored ones.
   */
  async store(
    document: RateDocument,
    manager: EntityManager,
  ): Promise<{ effectiveDate: string; currencies: string[] }[]> {
    const contradictions: { effectiveDate: string; currencies: string[] }[] = [];
    for (const list of document.lists) {
      const currencies = await this.storeList(document, list, manager);
      if (currencies.length > 0) contradictions.push({ effectiveDate: list.effectiveDate, currencies });
      await manager.query(
        `INSERT INTO rate_days (day, effective_date)
         SELECT day::date, $1::date FROM generate_series($1::date, $2::date, '1 day') AS day ON CONFLICT DO NOTHING`,
        [list.effectiveDate, list.through],
      );
    }
    return contradictions;
  }

  async isQuoted(currency: string, manager?: EntityManager): Promise<boolean> {
    const sql = `SELECT 1 FROM currency_rates WHERE currency = $1 LIMIT 1`;
    const rows = await this.query(sql, [currency], manager);
    return rows.length > 0;
  }

  /** Newest first; with `before`, those with an older effective date. */
  async knownLists(limit: number, before?: string): Promise<KnownList[]> {
    return this.query<KnownList>(
      `SELECT l.effective_date::text AS "effectiveDate", l.source, l.document_sha256 AS "documentSha256",
              l.received_at AS "receivedAt",
              (SELECT count(*)::int FROM currency_rates r WHERE r.effective_date = l.effective_date) AS currencies
         FROM rate_lists l
        WHERE $2::date IS NULL OR l.effective_date < $2
        ORDER BY l.effective_date DESC LIMIT $1`,
      [limit, before ?? null],
    );
  }

  private async storeList(
    document: RateDocument,
    list: ListInForce,
    manager: EntityManager,
  ): Promise<string[]> {
    const { effectiveDate } = list;
    const values = [effectiveDate, document.source, document.documentSha256, list.fromPrevious];
    const inserted = await this.query(
      `INSERT INTO rate_lists (effective_date, source, document_sha256, from_previous) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1`,
      values,
      manager,
    );
    if (inserted.length === 0) {
      const contradicting = await this.contradicting(list, manager);
      if (contradicting.length > 0) return contradicting;
      if (!(await this.supersede(values, manager))) return [];
    }
    await this.insertRates(effectiveDate, [...list.rates], manager);
    return [];
  }

  // A whole list completes one known from `Previous`, and anything that was fetched replaces the snapshot.
  private async supersede(values: unknown[], manager: EntityManager): Promise<boolean> {
    const updated = await this.query(
      `UPDATE rate_lists SET source = $2, document_sha256 = $3, from_previous = $4, received_at = now()
        WHERE effective_date = $1 AND (source = 'snapshot' OR (from_previous AND NOT $4)) RETURNING 1`,
      values,
      manager,
    );
    return updated.length > 0;
  }

  private async contradicting(list: ListInForce, manager: EntityManager): Promise<string[]> {
    const rows = await this.query<{ currency: string }>(
      `SELECT r.currency FROM currency_rates r
         JOIN jsonb_to_recordset($2::jsonb) AS n(currency text, value numeric, nominal integer) USING (currency)
        WHERE r.effective_date = $1 AND r.value * n.nominal <> n.value * r.nominal`,
      [list.effectiveDate, asRecordset([...list.rates])],
      manager,
    );
    return rows.map(({ currency }) => currency);
  }

  private async insertRates(
    effectiveDate: string,
    rates: [string, { value: string; nominal: number }][],
    manager: EntityManager,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO currency_rates (currency, effective_date, value, nominal)
       SELECT currency, $1::date, value, nominal
         FROM jsonb_to_recordset($2::jsonb) AS n(currency text, value numeric, nominal integer)
       ON CONFLICT DO NOTHING`,
      [effectiveDate, asRecordset(rates)],
    );
  }

  private async query<Row>(sql: string, parameters: unknown[], manager?: EntityManager): Promise<Row[]> {
    const runner = manager?.queryRunner ?? this.dataSource.createQueryRunner();
    try {
      return (await runner.query(sql, parameters, true)).records as Row[];
    } finally {
      if (runner !== manager?.queryRunner) await runner.release();
    }
  }
}

function asRecordset(rates: [string, { value: string; nominal: number }][]): string {
  return JSON.stringify(rates.map(([currency, rate]) => ({ currency, ...rate })));
}
