import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePackageTypes1763600010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE package_types (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT package_types_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT package_types_name_key UNIQUE,
        archived_at timestamptz
      )`);
    await runner.query(`INSERT INTO package_types (name) VALUES ('clothes'), ('electronics'), ('misc')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE package_types`);
  }
}
