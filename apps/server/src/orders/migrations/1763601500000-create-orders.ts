import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1763601500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.createInbox(runner);
    await this.createOrders(runner);
    await this.createDeadLetters(runner);
  }

  private async createInbox(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_inbox (
        position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT order_inbox_pkey PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now(),
        source text NOT NULL CONSTRAINT order_inbox_source_check CHECK (source IN ('stream', 'api', 'redrive')),
        digest bytea NOT NULL,
        outcome text NOT NULL
          CONSTRAINT order_inbox_outcome_check CHECK (outcome IN ('stored', 'repeated', 'rejected')),
        order_uid text,
        owner_id uuid,
        document text,
        CONSTRAINT order_inbox_document_check CHECK (
          (document IS NOT NULL) = (outcome = 'stored') AND (order_uid IS NOT NULL OR outcome = 'rejected'))
      )`);
    await runner.query(`CREATE INDEX order_inbox_received_at_idx ON order_inbox (received_at)`);
    await runner.query(`
      CREATE FUNCTION order_inbox_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'order_inbox is append-only: % refused', tg_op USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE TRIGGER order_inbox_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_inbox
      FOR EACH STATEMENT EXECUTE FUNCTION order_inbox_refuse_change()`);
    await runner.query(`ALTER TABLE order_inbox ENABLE ALWAYS TRIGGER order_inbox_append_only`);
  }

  private async createOrders(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        order_uid text CONSTRAINT orders_pkey PRIMARY KEY,
        position bigint NOT NULL,
        source text NOT NULL CONSTRAINT orders_source_check CHECK (source IN ('stream', 'api', 'redrive')),
        owner_id uuid,
        customer_id text NOT NULL,
        track_number text NOT NULL,
        skus text[] NOT NULL,
        placed_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE UNIQUE INDEX orders_position_key ON orders (position)`);
    await runner.query(`CREATE INDEX orders_placed_at_idx ON orders (placed_at, order_uid)`);
    await runner.query(`CREATE INDEX orders_customer_id_idx ON orders (customer_id, placed_at, order_uid)`);
    await runner.query(`CREATE INDEX orders_track_number_idx ON orders (track_number, placed_at, order_uid)`);
    await runner.query(
      `CREATE INDEX orders_owner_id_idx ON orders (owner_id, placed_at, order_uid) WHERE owner_id IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX orders_skus_idx ON orders USING gin (skus)`);
  }

  private async createDeadLetters(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_dead_letters (
        id uuid CONSTRAINT order_dead_letters_pkey PRIMARY KEY,
        digest bytea NOT NULL CONSTRAINT order_dead_letters_digest_key UNIQUE,
        state text NOT NULL DEFAULT 'open'
          CONSTRAINT order_dead_letters_state_check CHECK (state IN ('open', 'redriven', 'discarded')),
        reason text NOT NULL,
        detail text NOT NULL,
        pointer text,
        order_uid text,
        message bytea NOT NULL,
        size integer NOT NULL,
        correction text,
        received integer NOT NULL DEFAULT 1,
        failed_redrives integer NOT NULL DEFAULT 0,
        discard_reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_received_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`CREATE INDEX order_dead_letters_state_id_idx ON order_dead_letters (state, id)`);
    await runner.query(`CREATE INDEX order_dead_letters_reason_id_idx ON order_dead_letters (reason, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE order_dead_letters`);
    await runner.query(`DROP TABLE orders`);
    await runner.query(`DROP TABLE order_inbox`);
    await runner.query(`DROP FUNCTION order_inbox_refuse_change()`);
  }
}
