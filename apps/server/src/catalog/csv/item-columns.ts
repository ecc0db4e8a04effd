import { ValidationFailedError } from '@waybill/core';

/** The columns of a CSV file with items, in the order of an export. An import accepts any order. */
export const itemColumns = [
  ...(['sku', 'name', 'brand', 'category', 'price_amount', 'price_currency'] as const),
  ...(['weight_kg', 'hs_code', 'attributes'] as const),
] as const;
export type ItemColumn = (typeof itemColumns)[number];

const isKnown = (name: string): name is ItemColumn => (itemColumns as readonly string[]).includes(name);

/** Checks the header of a file. @throws ValidationFailedError that names every unknown, repeated or missing column. */
export function readHeader(fields: readonly string[]): ItemColumn[] {
  const errors = [
    ...fields
      .filter((name) => !isKnown(name))
      .map((name) => fault('unknown_column', `The column "${name.slice(0, 64)}" is unknown.`)),
    ...itemColumns
      .filter((name) => fields.indexOf(name) !== fields.lastIndexOf(name))
      .map((name) => fault('duplicate_column', `The column "${name}" appears more than once.`)),
    ...itemColumns
      .filter((name) => !fields.includes(name))
      .map((name) => fault('missing_column', `The column "${name}" is missing.`)),
  ];
  if (errors.length > 0) throw new ValidationFailedError(errors);
  return fields.filter(isKnown);
}

const fault = (code: string, detail: string) => ({ code, detail, pointer: '' });
