import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStreamMessages1763601400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every delivery updates the row, and every message is soon deleted. The fill factor leaves room for updates that
    // do not touch the indexes. Frequent vacuuming removes dead entries from the start of the index, where consumers
    // search.
    await runner.query(`
      CREATE TABLE stream_messages (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT stream_messages_pkey PRIMARY KEY,
        topic text NOT NULL,
        message_id text NOT NULL,
        body bytea NOT NULL,
        headers jsonb NOT NULL,
        published_at timestamptz NOT NULL DEFAULT now(),
        hidden_until timestamptz NOT NULL DEFAULT '-infinity',
        delivery_count int NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`);
    await runner.query(`CREATE INDEX stream_messages_topic_id_idx ON stream_messages (topic, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE stream_messages`);
  }
}
