import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Creates the sums of costs per day (Europe/Moscow), type and slot. Triggers keep them consistent with the packages,
 * whichever statement changes a package. Each connection writes to one slot, so that concurrent writers rarely wait for
 * each other. The order of the rows prevents deadlocks.
 */
export class CreateDailyCosts1763601010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The fill factor leaves room for new versions of a row on its page, so that updates do not touch the index.
    await runner.query(`
      CREATE TABLE daily_costs (
        day date NOT NULL,
        type_id integer NOT NULL CONSTRAINT daily_costs_type_id_fkey REFERENCES package_types,
        slot integer NOT NULL,
        packages integer NOT NULL,
        priced integer NOT NULL,
        cost numeric(30, 2) NOT NULL,
        CONSTRAINT daily_costs_pkey PRIMARY KEY (day, type_id, slot)
      ) WITH (fillfactor = 50)`);
    const added = 'SELECT 1 AS sign, created_at, type_id, status, delivery_cost FROM added';
    const removed = 'SELECT -1 AS sign, created_at, type_id, status, delivery_cost FROM removed';
    await this.addTrigger(runner, 'insert', 'NEW TABLE AS added', added);
    const both = 'OLD TABLE AS removed NEW TABLE AS added';
    await this.addTrigger(runner, 'update', both, `${removed} UNION ALL ${added}`);
    await this.addTrigger(runner, 'delete', 'OLD TABLE AS removed', removed);
    // The triggers lock the table until the commit, so no package is missed.
    await runner.query(
      this.addUp('SELECT 1 AS sign, created_at, type_id, status, delivery_cost FROM packages'),
    );
  }

  private async addTrigger(
    runner: QueryRunner,
    operation: 'insert' | 'update' | 'delete',
    tables: string,
    changes: string,
  ): Promise<void> {
    await runner.query(`
      CREATE FUNCTION daily_costs_${operation}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        ${this.addUp(changes)};
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER packages_daily_costs_${operation} AFTER ${operation} ON packages REFERENCING ${tables}
      FOR EACH STATEMENT EXECUTE FUNCTION daily_costs_${operation}()`);
  }

  private addUp(changes: string): string {
    return `INSERT INTO daily_costs AS sums (day, type_id, slot, packages, priced, cost)
      SELECT (created_at AT TIME ZONE 'Europe/Moscow')::date, type_id, pg_backend_pid() % 16,
        sum(sign) AS packages, sum(sign * (delivery_cost IS NOT NULL)::integer) AS priced,
        coalesce(sum(sign * delivery_cost), 0) AS cost
      FROM (${changes}) AS changes WHERE status <> 'cancelled' GROUP BY 1, 2
      HAVING sum(sign) <> 0 OR sum(sign * (delivery_cost IS NOT NULL)::integer) <> 0
        OR sum(sign * delivery_cost) <> 0
      ORDER BY 1, 2
      ON CONFLICT ON CONSTRAINT daily_costs_pkey DO UPDATE SET packages = sums.packages + excluded.packages,
        priced = sums.priced + excluded.priced, cost = sums.cost + excluded.cost`;
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const operation of ['insert', 'update', 'delete']) {
      await runner.query(`DROP TRIGGER packages_daily_costs_${operation} ON packages`);
      await runner.query(`DROP FUNCTION daily_costs_${operation}()`);
    }
    await runner.query(`DROP TABLE daily_costs`);
  }
}
