import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCatalogItems1763601100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE catalog_items (
        sku text COLLATE "C" CONSTRAINT catalog_items_pkey PRIMARY KEY
          CONSTRAINT catalog_items_sku_check CHECK (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
        name text NOT NULL
          CONSTRAINT catalog_items_name_check CHECK (char_length(name) BETWEEN 1 AND 512),
        brand text COLLATE "C"
          CONSTRAINT catalog_items_brand_check CHECK (char_length(brand) BETWEEN 1 AND 200),
        category text COLLATE "C"
          CONSTRAINT catalog_items_category_check CHECK (char_length(category) BETWEEN 1 AND 200),
        price_amount numeric(14, 2) NOT NULL
          CONSTRAINT catalog_items_price_amount_check CHECK (price_amount >= 0),
        price_currency text NOT NULL
          CONSTRAINT catalog_items_price_currency_check CHECK (price_currency ~ '^[A-Z]{3}$'),
        weight_kg numeric(8, 3)
          CONSTRAINT catalog_items_weight_kg_check CHECK (weight_kg > 0),
        hs_code text
          CONSTRAINT catalog_items_hs_code_check CHECK (hs_code ~ '^([0-9]{6}|[0-9]{8}|[0-9]{10})$'),
        attributes jsonb NOT NULL DEFAULT '{}'
          CONSTRAINT catalog_items_attributes_check
          CHECK (jsonb_typeof(attributes) = 'object' AND octet_length(attributes::text) <= 16384),
        archived_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(
      `CREATE INDEX catalog_items_category_sku_idx ON catalog_items (category, sku) WHERE archived_at IS NULL`,
    );
    await runner.query(
      `CREATE INDEX catalog_items_brand_sku_idx ON catalog_items (brand, sku) WHERE archived_at IS NULL`,
    );
    await runner.query(
      `CREATE INDEX catalog_items_archived_idx ON catalog_items (sku) WHERE archived_at IS NOT NULL`,
    );
    // The configuration "russian" stems words in Latin letters as English.
    await runner.query(`
      CREATE INDEX catalog_items_search_idx ON catalog_items USING gin ((
        to_tsvector('pg_catalog.russian', name || ' ' || coalesce(brand, '') || ' ' || coalesce(category, ''))
        || to_tsvector('pg_catalog.simple', sku || ' ' || coalesce(brand, ''))))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE catalog_items`);
  }
}
