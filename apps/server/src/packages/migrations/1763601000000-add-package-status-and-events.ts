import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the status and the events of packages. Moves the calculation of a cost from the package to the event that set
 * the cost.
 */
export class AddPackageStatusAndEvents1763601000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE registrations ADD COLUMN actor jsonb`);
    await runner.query(`
      ALTER TABLE packages
        ADD COLUMN status text NOT NULL DEFAULT 'registered'
          CONSTRAINT packages_status_check CHECK (status IN ('registered', 'claimed', 'cancelled')),
        ADD COLUMN carrier_id integer,
        ADD COLUMN claimed_at timestamptz,
        ADD COLUMN cancelled_at timestamptz,
        ADD CONSTRAINT packages_claimed_check CHECK (
          (status = 'claimed') = (carrier_id IS NOT NULL) AND (status = 'claimed') = (claimed_at IS NOT NULL)),
        ADD CONSTRAINT packages_cancelled_check CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))`);
    await runner.query(`CREATE INDEX packages_status_id_idx ON packages (status, id)`);
    await runner.query(`
      CREATE TABLE package_events (
        package_id integer NOT NULL CONSTRAINT package_events_package_id_fkey REFERENCES packages ON DELETE CASCADE,
        id bigint GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL CONSTRAINT package_events_kind_check
          CHECK (kind IN ('registered', 'priced', 'repriced', 'claimed', 'cancelled')),
        at timestamptz NOT NULL,
        actor jsonb,
        carrier_id integer,
        revision integer,
        cost numeric(20, 2),
        pricing jsonb,
        CONSTRAINT package_events_pkey PRIMARY KEY (package_id, id),
        CONSTRAINT package_events_claimed_check CHECK ((kind = 'claimed') = (carrier_id IS NOT NULL)),
        CONSTRAINT package_events_priced_check CHECK (
          (kind IN ('priced', 'repriced')) = (revision IS NOT NULL)
          AND (revision IS NULL) = (cost IS NULL) AND (revision IS NULL) = (pricing IS NULL))
      )`);
    await this.fillEvents(runner);
    await runner.query(`
      ALTER TABLE packages DROP CONSTRAINT packages_priced_check, DROP COLUMN pricing,
        ADD CONSTRAINT packages_priced_check CHECK ((delivery_cost IS NULL) = (unpriced_reason IS NOT NULL))`);
  }

  // The actor of older packages was not recorded. A registration that still exists has the time at which its package
  // was created.
  private async fillEvents(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO package_events (package_id, kind, at)
      SELECT id, 'registered', created_at FROM packages ORDER BY id`);
    await runner.query(`
      INSERT INTO package_events (package_id, kind, at, actor, revision, cost, pricing)
      SELECT p.id, 'priced', coalesce(r.finished_at, p.created_at), '{"kind": "system"}', 1, p.delivery_cost, p.pricing
      FROM packages p LEFT JOIN registrations r ON r.id = p.registration_id
      WHERE p.delivery_cost IS NOT NULL ORDER BY p.id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE packages DROP CONSTRAINT packages_priced_check, ADD COLUMN pricing jsonb`,
    );
    await runner.query(`
      UPDATE packages p SET pricing = (
        SELECT e.pricing FROM package_events e
        WHERE e.package_id = p.id AND e.revision IS NOT NULL ORDER BY e.id DESC LIMIT 1)
      WHERE p.delivery_cost IS NOT NULL`);
    await runner.query(`DROP TABLE package_events`);
    await runner.query(`
      ALTER TABLE packages
        ADD CONSTRAINT packages_priced_check CHECK (
          (delivery_cost IS NULL) = (pricing IS NULL) AND (delivery_cost IS NULL) = (unpriced_reason IS NOT NULL)),
        DROP COLUMN status, DROP COLUMN carrier_id, DROP COLUMN claimed_at, DROP COLUMN cancelled_at`);
    await runner.query(`ALTER TABLE registrations DROP COLUMN actor`);
  }
}
