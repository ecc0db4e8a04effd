import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePackages1763600200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE packages (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT packages_pkey PRIMARY KEY,
        registration_id uuid NOT NULL CONSTRAINT packages_registration_id_key UNIQUE,
        owner_id uuid NOT NULL,
        name text NOT NULL,
        weight_kg numeric(8, 3) NOT NULL,
        content_amount numeric(14, 2) NOT NULL,
        content_currency text NOT NULL,
        type_id integer NOT NULL CONSTRAINT packages_type_id_fkey REFERENCES package_types,
        order_uid text,
        created_at timestamptz NOT NULL,
        delivery_cost numeric(20, 2),
        pricing jsonb,
        unpriced_reason text,
        CONSTRAINT packages_priced_check CHECK (
          (delivery_cost IS NULL) = (pricing IS NULL) AND (delivery_cost IS NULL) = (unpriced_reason IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX packages_owner_id_id_idx ON packages (owner_id, id)`);
    await runner.query(`CREATE INDEX packages_unpriced_idx ON packages (id) WHERE delivery_cost IS NULL`);
    await runner.query(`
      CREATE TABLE registrations (
        id uuid CONSTRAINT registrations_pkey PRIMARY KEY,
        owner_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'pending'
          CONSTRAINT registrations_state_check CHECK (state IN ('pending', 'succeeded', 'failed')),
        name text NOT NULL,
        weight_kg numeric(8, 3) NOT NULL,
        content_amount numeric(14, 2) NOT NULL,
        content_currency text NOT NULL,
        type_id integer NOT NULL CONSTRAINT registrations_type_id_fkey REFERENCES package_types,
        order_uid text,
        attempts integer NOT NULL DEFAULT 0,
        package_id integer CONSTRAINT registrations_package_id_fkey REFERENCES packages,
        problem jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        next_ring_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT registrations_finished_check CHECK ((state = 'pending') = (finished_at IS NULL))
      )`);
    await runner.query(
      `CREATE INDEX registrations_pending_idx ON registrations (next_ring_at) WHERE state = 'pending'`,
    );
    await runner.query(
      `CREATE INDEX registrations_failed_owner_id_idx ON registrations (owner_id) WHERE state = 'failed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE registrations`);
    await runner.query(`DROP TABLE packages`);
  }
}
