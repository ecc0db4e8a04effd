import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Renames the column to match its meaning: when a pending registration is enqueued again. */
export class RenameRequeueAt1763600700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE registrations RENAME COLUMN next_ring_at TO requeue_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE registrations RENAME COLUMN requeue_at TO next_ring_at');
  }
}
