// A copy of the registrations table with its indexes and checks, so that no worker processes the baseline's rows.
import type { Pool } from 'pg';

export const createTable = (pool: Pool): Promise<unknown> =>
  pool.query('CREATE TABLE IF NOT EXISTS bench_registrations (LIKE registrations INCLUDING ALL)');

export interface Registration {
  name: string;
  weight_kg: string;
  content_value: { amount: string; currency: string };
  type_id: number;
}

/** One INSERT in its own transaction. */
export const insertion = (id: string, body: Registration) => ({
  name: 'register',
  text: `INSERT INTO bench_registrations
      (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, order_uid, requeue_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + interval '60 seconds')
    RETURNING id, state, package_id, problem, created_at, finished_at`,
  values: [
    ...[id, '00000000-0000-7000-8000-000000000001', body.name, body.weight_kg],
    ...[body.content_value.amount, body.content_value.currency, body.type_id, null],
  ],
});
