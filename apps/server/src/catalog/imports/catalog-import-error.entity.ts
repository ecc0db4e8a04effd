import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export const MAX_DETAIL_LENGTH = 500;

/** An error in a row of a file. A row with errors is not imported. */
@Entity('catalog_import_errors')
@Check('catalog_import_errors_detail_check', `char_length(detail) <= ${MAX_DETAIL_LENGTH}`)
export class CatalogImportErrorEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  @ForeignKey('CatalogImportEntity', { name: 'catalog_import_errors_import_id_fkey', onDelete: 'CASCADE' })
  importId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  rowNumber!: number;

  /** Position among the errors of the row. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'catalog_import_errors_pkey' })
  position!: number;

  @Column('integer')
  lineNumber!: number;

  /** Null if the error is not in a single column. */
  @Column('text', { nullable: true })
  columnName!: string | null;

  @Column('text')
  code!: string;

  @Column('text')
  detail!: string;
}
