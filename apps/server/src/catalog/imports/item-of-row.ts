import { ValidationFailedError } from '@waybill/core';
import { checkComplexity, validateBody } from '@waybill/http';
import type { ItemColumn } from '../csv/item-columns';
import type { CsvRow } from '../csv/read-csv';
import { unescapeFormula } from '../csv/write-csv';
import { PutCatalogItemDto, toCatalogItemValues } from '../items/catalog-items.dto';
import type { CatalogItemValues } from '../items/catalog-items.repository';
import { SKU_PATTERN } from '../items/sku';
import { MAX_DETAIL_LENGTH } from './catalog-import-error.entity';
import type { ImportError } from './imports.repository';

const SKU = new RegExp(SKU_PATTERN);

/** An error in a row. `columnName` is null if the error is not in a single column. */
type Fault = Pick<ImportError, 'columnName' | 'code' | 'detail'>;

/** A row of a file: the item that it describes, or its errors. */
export type ImportedRow = { row: CsvRow; item: CatalogItemValues } | { row: CsvRow; errors: ImportError[] };

/** Validates a row by the same rules as a PUT of the item. An empty field counts as null. */
export async function itemOfRow(header: readonly string[], row: CsvRow): Promise<ImportedRow> {
  if (row.fields.length !== header.length)
    return { row, errors: errorsOf(row, [wrongFieldCount(header, row)]) };
  const fields = row.fields.map(unescapeFormula);
  const cells = Object.fromEntries(header.map((name, at) => [name, fields[at]])) as Record<
    ItemColumn,
    string
  >;
  const attributes = readAttributes(cells.attributes);
  const faults = [
    ...(SKU.test(cells.sku) ? [] : [INVALID_SKU]),
    ...('fault' in attributes ? [attributes.fault] : []),
  ];
  try {
    const body = bodyOf(cells, 'value' in attributes ? attributes.value : undefined);
    const dto = await validateBody(PutCatalogItemDto, body);
    if (faults.length === 0) return { row, item: toCatalogItemValues(cells.sku, dto) };
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    faults.push(...(error.extras.errors ?? []).map(({ pointer = '', ...fault }) => faultAt(pointer, fault)));
  }
  return { row, errors: errorsOf(row, faults) };
}

/** Returns the errors of a row, as they are stored. */
export const errorsOf = ({ row, line }: CsvRow, faults: readonly Fault[]): ImportError[] =>
  faults.map(({ columnName, code, detail }, position) => ({
    rowNumber: row,
    position,
    lineNumber: line,
    columnName,
    code,
    detail: [...detail].slice(0, MAX_DETAIL_LENGTH).join(''),
  }));

const bodyOf = (cells: Record<ItemColumn, string>, attributes: unknown): object => ({
  name: cells.name,
  brand: cells.brand || null,
  category: cells.category || null,
  price: { amount: cells.price_amount, currency: cells.price_currency },
  weight_kg: cells.weight_kg || null,
  hs_code: cells.hs_code || null,
  ...(attributes !== undefined && { attributes }),
});

function readAttributes(json: string): { value?: unknown } | { fault: Fault } {
  if (json === '') return {};
  const tooComplex = checkComplexity(Buffer.from(json));
  if (tooComplex)
    return {
      fault: attributesFault('too_complex', 'attributes has too many values, or is nested too deeply.'),
    };
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return {
      fault: attributesFault(
        'malformed_json',
        'attributes must be a JSON object, such as {"colour":"black"}.',
      ),
    };
  }
}

const attributesFault = (code: string, detail: string): Fault => ({ columnName: 'attributes', code, detail });

const INVALID_SKU: Fault = {
  columnName: 'sku',
  code: 'invalid_sku',
  detail:
    'sku must have 1 to 64 Latin letters, digits, dots, hyphens and underscores, and start with a letter or a digit.',
};

const wrongFieldCount = (header: readonly string[], { fields }: CsvRow): Fault => ({
  columnName: null,
  code: 'wrong_field_count',
  detail: `The row has ${fields.length} fields, but the header has ${header.length}.`,
});

// Maps the pointer `/price/amount` to the column price_amount, and `/attributes/x` to the column attributes.
function faultAt(pointer: string, { code, detail }: { code: string; detail: string }): Fault {
  const [, field = '', inner] = pointer.split('/');
  if (field !== 'price' || !inner) return { columnName: field, code, detail };
  // The detail begins with the name of the field.
  return { columnName: `price_${inner}`, code, detail: `price_${detail}` };
}
