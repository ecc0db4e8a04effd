import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export const MAX_DETAIL_LENGTH = 500;

/** A fault in a row of a file. The row changed nothing. */
@Entity('catalog_import_errors')
@Check('catalog_import_errors_detail_check', `char_length(detail) <= ${MAX_DETAIL_LENGTH}`)
export class CatalogImportErrorEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  @ForeignKey('CatalogImportEntity', { name: 'catalog_import_errors_import_id_fkey', onDelete: 'CASCADE' })
  importId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  rowNumber!: number;

  /** Place among the errors of the row. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  position!: number;

  @Column('integer')
  lineNumber!: number;

  /** Null if the whole row is at fault. */
  @Column('text', { nullable: true })
  columnName!: string | null;

  @Column('text')
  code!: string;

  @Column('text')
  detail!: string;
}
