import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddPackageTypesNameCheck1763601110000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE package_types ADD CONSTRAINT package_types_name_check CHECK (char_length(name) BETWEEN 1 AND 100)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE package_types DROP CONSTRAINT package_types_name_check`);
  }
}
