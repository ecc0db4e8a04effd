import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRates1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rate_lists (
        effective_date date NOT NULL,
        source text NOT NULL,
        document_sha256 text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        from_previous boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_rate_lists PRIMARY KEY (effective_date),
        CONSTRAINT ck_rate_lists_source CHECK (source IN ('cbr-json', 'cbr-xml', 'snapshot')),
        CONSTRAINT ck_rate_lists_document_sha256 CHECK (document_sha256 ~ '^[0-9a-f]{64}$')
      )`);
    await runner.query(`
      CREATE TABLE currency_rates (
        currency text NOT NULL,
        effective_date date NOT NULL,
        value numeric NOT NULL,
        nominal integer NOT NULL,
        CONSTRAINT pk_currency_rates PRIMARY KEY (currency, effective_date),
        CONSTRAINT fk_currency_rates_effective_date FOREIGN KEY (effective_date) REFERENCES rate_lists,
        CONSTRAINT ck_currency_rates_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_currency_rates_value CHECK (value > 0),
        CONSTRAINT ck_currency_rates_nominal CHECK (nominal IN (1, 10, 100, 1000, 10000, 100000, 1000000))
      )`);
    await runner.query(`CREATE INDEX ix_currency_rates_effective_date ON currency_rates (effective_date)`);
    await runner.query(`
      CREATE TABLE rate_days (
        day date NOT NULL,
        effective_date date NOT NULL,
        settled_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_rate_days PRIMARY KEY (day),
        CONSTRAINT fk_rate_days_effective_date FOREIGN KEY (effective_date) REFERENCES rate_lists
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rate_days`);
    await runner.query(`DROP TABLE currency_rates`);
    await runner.query(`DROP TABLE rate_lists`);
  }
}
