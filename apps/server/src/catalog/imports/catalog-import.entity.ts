import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** States that callers see. */
export const importStates = ['pending', 'running', 'succeeded', 'failed'] as const;
export type ImportState = (typeof importStates)[number];

/** Why an import failed. */
export interface ImportProblem {
  code: string;
  detail: string;
}

/**
 * A CSV file with items. This row is the source of truth; a job only tells a worker to process it. While the file is
 * being uploaded, the state is `uploading`, and callers do not see the import.
 */
@Entity('catalog_imports')
@Index('catalog_imports_unfinished_idx', ['requeueAt'], { where: 'finished_at IS NULL' })
@Check('catalog_imports_state_check', "state IN ('uploading', 'pending', 'running', 'succeeded', 'failed')")
@Check('catalog_imports_finished_check', "(state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)")
@Check('catalog_imports_next_chunk_check', 'next_chunk BETWEEN 0 AND chunks_total')
export class CatalogImportEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'catalog_imports_pkey' })
  id!: string;

  @Column('text')
  state!: ImportState | 'uploading';

  @Column('boolean', { default: false })
  dryRun!: boolean;

  /** Column names, in the order of the file. */
  @Column('jsonb', { default: [] })
  header!: string[];

  @Column('integer', { default: 0 })
  chunksTotal!: number;

  /** Position of the next chunk to import. Increased by the transaction that stores the items of a chunk. */
  @Column('integer', { default: 0 })
  nextChunk!: number;

  @Column('integer', { default: 0 })
  rowsTotal!: number;

  /** Number of rows that created an item. */
  @Column('integer', { default: 0 })
  created!: number;

  @Column('integer', { default: 0 })
  updated!: number;

  @Column('integer', { default: 0 })
  unchanged!: number;

  @Column('integer', { default: 0 })
  failed!: number;

  /** Includes errors that are not stored, because there are too many. */
  @Column('integer', { default: 0 })
  errorsTotal!: number;

  /** Attempts that started since the last chunk was imported. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('jsonb', { nullable: true })
  problem!: ImportProblem | null;

  /** When the file was accepted. */
  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  /** When the sweeper enqueues the import again, or deletes an abandoned upload. */
  @Column('timestamptz')
  requeueAt!: Date;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}
