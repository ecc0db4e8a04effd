import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCatalogImports1763601200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE catalog_imports (
        id uuid CONSTRAINT catalog_imports_pkey PRIMARY KEY,
        state text NOT NULL CONSTRAINT catalog_imports_state_check
          CHECK (state IN ('uploading', 'pending', 'running', 'succeeded', 'failed')),
        dry_run boolean NOT NULL DEFAULT false,
        header jsonb NOT NULL DEFAULT '[]',
        chunks_total integer NOT NULL DEFAULT 0,
        next_chunk integer NOT NULL DEFAULT 0,
        rows_total integer NOT NULL DEFAULT 0,
        created integer NOT NULL DEFAULT 0,
        updated integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        errors_total integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        problem jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        requeue_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT catalog_imports_finished_check
          CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
        CONSTRAINT catalog_imports_next_chunk_check CHECK (next_chunk BETWEEN 0 AND chunks_total)
      )`);
    await runner.query(
      `CREATE INDEX catalog_imports_unfinished_idx ON catalog_imports (requeue_at) WHERE finished_at IS NULL`,
    );
    await runner.query(`
      CREATE TABLE catalog_import_chunks (
        import_id uuid CONSTRAINT catalog_import_chunks_import_id_fkey
          REFERENCES catalog_imports ON DELETE CASCADE,
        position integer,
        rows jsonb NOT NULL,
        CONSTRAINT catalog_import_chunks_pkey PRIMARY KEY (import_id, position)
      )`);
    await runner.query(`
      CREATE TABLE catalog_import_errors (
        import_id uuid CONSTRAINT catalog_import_errors_import_id_fkey
          REFERENCES catalog_imports ON DELETE CASCADE,
        row_number integer,
        position smallint,
        line_number integer NOT NULL,
        column_name text,
        code text NOT NULL,
        detail text NOT NULL CONSTRAINT catalog_import_errors_detail_check CHECK (char_length(detail) <= 500),
        CONSTRAINT catalog_import_errors_pkey PRIMARY KEY (import_id, row_number, position)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE catalog_import_errors`);
    await runner.query(`DROP TABLE catalog_import_chunks`);
    await runner.query(`DROP TABLE catalog_imports`);
  }
}
