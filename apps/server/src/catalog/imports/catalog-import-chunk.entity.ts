import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { CsvRow } from '../csv/read-csv';

/** Rows of an uploaded file. Deleted once a worker has imported them. */
@Entity('catalog_import_chunks')
export class CatalogImportChunkEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'catalog_import_chunks_pkey' })
  @ForeignKey('CatalogImportEntity', { name: 'catalog_import_chunks_import_id_fkey', onDelete: 'CASCADE' })
  importId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalog_import_chunks_pkey' })
  position!: number;

  @Column('jsonb')
  rows!: CsvRow[];
}
