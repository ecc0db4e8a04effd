import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsers1763600400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid CONSTRAINT users_pkey PRIMARY KEY,
        email text NOT NULL,
        role text NOT NULL CONSTRAINT users_role_check CHECK (role IN ('agent', 'operator', 'admin')),
        password_hash text NOT NULL,
        owner_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz
      )`);
    await runner.query(`CREATE UNIQUE INDEX users_email_key ON users (email)`);
    await runner.query(`
      CREATE TABLE user_owner_ids (
        owner_id uuid CONSTRAINT user_owner_ids_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT user_owner_ids_user_id_fkey REFERENCES users (id),
        linked_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(
      `CREATE INDEX user_owner_ids_user_id_linked_at_idx ON user_owner_ids (user_id, linked_at)`,
    );
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN user_id uuid CONSTRAINT sessions_user_id_fkey REFERENCES users (id),
        ADD COLUMN device text,
        ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now()`);
    await runner.query(`CREATE INDEX sessions_user_id_id_idx ON sessions (user_id, id)`);
    await runner.query(`
      ALTER TABLE api_keys
        ADD COLUMN last_used_at timestamptz,
        ADD COLUMN replaced_by_id uuid`);
    await runner.query(`
      CREATE TABLE login_failures (
        subject bytea CONSTRAINT login_failures_pkey PRIMARY KEY,
        failures integer NOT NULL,
        since timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX login_failures_since_idx ON login_failures (since)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE login_failures`);
    await runner.query(`ALTER TABLE api_keys DROP COLUMN replaced_by_id, DROP COLUMN last_used_at`);
    await runner.query(`DELETE FROM sessions WHERE user_id IS NOT NULL`);
    await runner.query(
      `ALTER TABLE sessions DROP COLUMN last_used_at, DROP COLUMN device, DROP COLUMN user_id`,
    );
    await runner.query(`DROP TABLE user_owner_ids`);
    await runner.query(`DROP TABLE users`);
  }
}
