import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { RateSource } from './rate-list';

/** A list of rates as received or shipped, identified by its effective date. */
@Entity('rate_lists')
@Check('rate_lists_source_check', `source IN ('cbr-json', 'cbr-xml', 'snapshot')`)
@Check('rate_lists_document_sha256_check', `document_sha256 ~ '^[0-9a-f]{64}$'`)
export class RateListEntity {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'rate_lists_pkey' })
  effectiveDate!: string;

  @Column('text')
  source!: RateSource;

  @Column('text')
  documentSha256!: string;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt!: Date;

  /** True if the list comes from the mirror's `Previous` only; the bank's own list may complete it. */
  @Column('boolean', { default: false })
  fromPrevious!: boolean;
}
