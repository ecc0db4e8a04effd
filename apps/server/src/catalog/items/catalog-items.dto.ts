import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, Matches, ValidateNested } from 'class-validator';
import {
  FromTrueOrFalse,
  IsDecimalString,
  IsText,
  ListQuery,
  MoneyDto,
  Nullable,
  Optional,
} from '@waybill/http';
import type { CatalogItemRow, CatalogItemValues } from './catalog-items.repository';
import { IsItemAttributes, type ItemAttributes, itemAttributesSchema } from './item-attributes';
import { SKU_PATTERN } from './sku';

export const MAX_QUERY_LENGTH = 200;
const MAX_LABEL_LENGTH = 200;
const HS_CODE = '^(\\d{6}|\\d{8}|\\d{10})$';

/** An item to create or to replace. A field that you omit is stored as null, and `attributes` as an empty object. */
export class PutCatalogItemDto {
  /** @example "Winter boots" */
  @IsText(1, 512)
  name!: string;

  /** @example "Nordkapp" */
  @Optional()
  @Nullable()
  @IsText(1, MAX_LABEL_LENGTH)
  brand?: string | null;

  /** @example "shoes" */
  @Optional()
  @Nullable()
  @IsText(1, MAX_LABEL_LENGTH)
  category?: string | null;

  /** Price of one piece. */
  @IsObject()
  @ValidateNested()
  @Type(() => MoneyDto)
  price!: MoneyDto;

  /**
   * Weight of one piece in kilograms. Decimal string above 0 and below 10^5, with at most 3 decimals.
   * @example "1.5"
   */
  @Optional()
  @Nullable()
  @IsDecimalString(5, 3, { positive: true })
  weight_kg?: string | null;

  /**
   * Customs code of the Harmonized System: 6, 8 or 10 digits without dots or spaces.
   * @example "640391"
   */
  @ApiProperty({ pattern: HS_CODE })
  @Optional()
  @Nullable()
  @Matches(new RegExp(HS_CODE), { message: '$property must be 6, 8 or 10 digits' })
  hs_code?: string | null;

  /**
   * More properties of the item: at most 50, and at most 8 KiB as JSON. A name has at most 64 characters. A value is a string, a number, a
   * boolean or a list of these. A number is 0, or its absolute value is from 10^-6 to 2^53 - 1.
   * @example { "colour": "black", "sizes": [41, 42] }
   */
  @Optional()
  @IsItemAttributes()
  attributes?: ItemAttributes;
}

/** An item of the catalog. */
export class CatalogItemDto {
  /**
   * Stock keeping unit. Letter case matters.
   * @example "BOOTS-42"
   */
  @ApiProperty({ pattern: SKU_PATTERN })
  sku!: string;

  /** @example "Winter boots" */
  name!: string;

  /** @example "Nordkapp" */
  brand!: string | null;

  /** @example "shoes" */
  category!: string | null;

  /** Price of one piece. */
  price!: MoneyDto;

  /**
   * Weight of one piece in kilograms, with 3 decimals. Null if it is unknown.
   * @example "1.500"
   */
  weight_kg!: string | null;

  /** @example "640391" */
  hs_code!: string | null;

  /** @example { "colour": "black", "sizes": [41, 42] } */
  @ApiProperty(itemAttributesSchema)
  attributes!: ItemAttributes;

  /**
   * Time at which the item was archived. Null if it is not archived.
   * @example null
   */
  archived_at!: Date | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Time of the last change.
   * @example "2026-11-21T09:00:00.000Z"
   */
  updated_at!: Date;
}

/** A page of items, by SKU. */
export class CatalogItemPage {
  items!: CatalogItemDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Filters for a list of items. */
export class ListCatalogItemsQuery extends ListQuery {
  /** Return only items of this category. Letter case matters. */
  @Optional()
  @IsText(1, MAX_LABEL_LENGTH)
  category?: string;

  /** Return only items of this brand. Letter case matters. */
  @Optional()
  @IsText(1, MAX_LABEL_LENGTH)
  brand?: string;

  /** `true`: return only archived items. `false` (default): return only items that are not archived. */
  @Optional()
  @FromTrueOrFalse()
  archived?: boolean;

  /**
   * Return only items that contain all of these words. Searches the name, brand, category and SKU. Finds other forms of Russian and English
   * words. Ignores letter case. The results are sorted by SKU.
   */
  @Optional()
  @IsText(1, MAX_QUERY_LENGTH)
  q?: string;
}

export function toCatalogItemDto(row: CatalogItemRow): CatalogItemDto {
  return {
    sku: row.sku,
    name: row.name,
    brand: row.brand,
    category: row.category,
    price: { amount: row.priceAmount, currency: row.priceCurrency },
    weight_kg: row.weightKg,
    hs_code: row.hsCode,
    attributes: row.attributes,
    archived_at: row.archivedAt,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

/** Returns what a request stores. */
export function toCatalogItemValues(sku: string, dto: PutCatalogItemDto): CatalogItemValues {
  return {
    sku,
    name: dto.name,
    brand: dto.brand ?? null,
    category: dto.category ?? null,
    priceAmount: dto.price.amount,
    priceCurrency: dto.price.currency,
    weightKg: dto.weight_kg ?? null,
    hsCode: dto.hs_code ?? null,
    attributes: dto.attributes ?? {},
  };
}
