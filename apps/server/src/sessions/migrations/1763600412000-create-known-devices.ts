import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateKnownDevices1763600412000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE known_devices (
        token_hash bytea CONSTRAINT known_devices_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT known_devices_user_id_fkey REFERENCES users (id),
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX known_devices_user_id_expires_at_idx ON known_devices (user_id, expires_at)`,
    );
    await runner.query(`CREATE INDEX known_devices_expires_at_idx ON known_devices (expires_at)`);
    await runner.query(`ALTER TABLE login_failures ADD COLUMN account bytea`);
    await runner.query(`CREATE INDEX login_failures_account_idx ON login_failures (account)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE login_failures DROP COLUMN account`);
    await runner.query(`DROP TABLE known_devices`);
  }
}
