import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddParametersOfJobRuns1763601510000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE job_runs ADD COLUMN parameters jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE job_runs DROP COLUMN parameters`);
  }
}
