import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ItemAttributes } from './item-attributes';

/**
 * A product that shops sell. Never deleted, because orders reference it.
 *
 * The migration also creates `catalog_items_search_idx`, an expression index for the full-text search; see
 * `SEARCH_VECTOR` in the repository. There is no generated column for it, because TypeORM would need a metadata table
 * of its own.
 */
@Entity('catalog_items')
@Index('catalog_items_category_sku_idx', ['category', 'sku'], { where: 'archived_at IS NULL' })
@Index('catalog_items_brand_sku_idx', ['brand', 'sku'], { where: 'archived_at IS NULL' })
@Index('catalog_items_archived_idx', ['sku'], { where: 'archived_at IS NOT NULL' })
@Index('catalog_items_search_idx', { synchronize: false })
@Check('catalog_items_sku_check', `sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'`)
@Check('catalog_items_name_check', 'char_length(name) BETWEEN 1 AND 512')
@Check('catalog_items_brand_check', 'char_length(brand) BETWEEN 1 AND 200')
@Check('catalog_items_category_check', 'char_length(category) BETWEEN 1 AND 200')
@Check('catalog_items_price_amount_check', 'price_amount >= 0')
@Check('catalog_items_price_currency_check', `price_currency ~ '^[A-Z]{3}$'`)
@Check('catalog_items_weight_kg_check', 'weight_kg > 0')
@Check('catalog_items_hs_code_check', `hs_code ~ '^([0-9]{6}|[0-9]{8}|[0-9]{10})$'`)
@Check(
  'catalog_items_attributes_check',
  `jsonb_typeof(attributes) = 'object' AND octet_length(attributes::text) <= 16384`,
)
export class CatalogItemEntity {
  /** Stock keeping unit. Letter case matters. The collation sorts SKUs the same way in every database. */
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'catalog_items_pkey' })
  sku!: string;

  @Column('text')
  name!: string;

  @Column({ type: 'text', collation: 'C', nullable: true })
  brand!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  category!: string | null;

  @Column('numeric', { precision: 14, scale: 2 })
  priceAmount!: string;

  @Column('text')
  priceCurrency!: string;

  /** Null until someone weighs the product. The price of a delivery depends only on the weight of the package. */
  @Column('numeric', { precision: 8, scale: 3, nullable: true })
  weightKg!: string | null;

  /** Customs code of the Harmonized System: 6 digits, or 8 or 10 with a country's own subdivisions. */
  @Column('text', { nullable: true })
  hsCode!: string | null;

  // The check allows twice the limit of the API, because PostgreSQL adds spaces when it converts `jsonb` to text.
  @Column('jsonb', { default: {} })
  attributes!: ItemAttributes;

  @Column('timestamptz', { nullable: true })
  archivedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  /** Time of the last change, including archiving. */
  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
