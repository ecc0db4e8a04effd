import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddMakersOfApiKeys1763600500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE api_keys
        ADD COLUMN created_by_user_id uuid CONSTRAINT api_keys_created_by_user_id_fkey REFERENCES users (id),
        ADD COLUMN created_by_key_id uuid CONSTRAINT api_keys_created_by_key_id_fkey REFERENCES api_keys (id)`);
    await runner.query(`CREATE INDEX api_keys_created_by_user_id_idx ON api_keys (created_by_user_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE api_keys DROP COLUMN created_by_key_id, DROP COLUMN created_by_user_id`);
  }
}
