import type { MigrationInterface, QueryRunner } from 'typeorm';

const CONSTRAINTS = [
  ['rate_lists', 'pk_rate_lists', 'rate_lists_pkey'],
  ['rate_lists', 'ck_rate_lists_source', 'rate_lists_source_check'],
  ['rate_lists', 'ck_rate_lists_document_sha256', 'rate_lists_document_sha256_check'],
  ['currency_rates', 'pk_currency_rates', 'currency_rates_pkey'],
  ['currency_rates', 'fk_currency_rates_effective_date', 'currency_rates_effective_date_fkey'],
  ['currency_rates', 'ck_currency_rates_currency', 'currency_rates_currency_check'],
  ['currency_rates', 'ck_currency_rates_value', 'currency_rates_value_check'],
  ['currency_rates', 'ck_currency_rates_nominal', 'currency_rates_nominal_check'],
  ['rate_days', 'pk_rate_days', 'rate_days_pkey'],
  ['rate_days', 'fk_rate_days_effective_date', 'rate_days_effective_date_fkey'],
] as const;
const [OLD_INDEX, NEW_INDEX] = ['ix_currency_rates_effective_date', 'currency_rates_effective_date_idx'];

/** Names constraints as all other tables do: `<table>_<column>_check`. */
export class NameConstraintsAsElsewhere1763600750000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, before, after] of CONSTRAINTS)
      await runner.query(`ALTER TABLE ${table} RENAME CONSTRAINT ${before} TO ${after}`);
    await runner.query(`ALTER INDEX ${OLD_INDEX} RENAME TO ${NEW_INDEX}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER INDEX ${NEW_INDEX} RENAME TO ${OLD_INDEX}`);
    for (const [table, before, after] of CONSTRAINTS)
      await runner.query(`ALTER TABLE ${table} RENAME CONSTRAINT ${after} TO ${before}`);
  }
}
