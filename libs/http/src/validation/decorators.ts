import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches, ValidateBy, type ValidationOptions, buildMessage } from 'class-validator';

// Each decorator says the same to class-validator and to the OpenAPI document.

/** A text of `min` to `max` characters that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function IsText(min: number, max: number, options?: ValidationOptions): PropertyDecorator {
  const isText = {
    name: 'isText',
    constraints: [min, max],
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && isStorable(value) && hasLength(value, min, max),
      defaultMessage: buildMessage(
        (each) => `${each}$property must be a text of ${min} to ${max} characters without NUL`,
        options,
      ),
    },
  };
  // The lengths of a list's items are not those of the list.
  const schema = options?.each ? [] : [ApiProperty({ minLength: min, maxLength: max })];
  return applyDecorators(...schema, ValidateBy(isText, options));
}

/** A decimal string that is at least 0 (or above it), below `10^integerDigits`, with at most `decimals` decimals. */
export function IsDecimalString(
  integerDigits: number,
  decimals: number,
  { positive = false } = {},
): PropertyDecorator {
  const pattern = `^${positive ? '(?=.*[1-9])' : ''}(?:0|[1-9]\\d{0,${integerDigits - 1}})(?:\\.\\d{1,${decimals}})?$`;
  const expression = new RegExp(pattern);
  const isDecimalString = {
    name: 'isDecimalString',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && expression.test(value),
      defaultMessage: () =>
        `$property must be a decimal string ${positive ? 'above 0' : 'of at least 0'}, below 10^${integerDigits}, with at most ${decimals} decimals`,
    },
  };
  return applyDecorators(ApiProperty({ pattern }), ValidateBy(isDecimalString));
}

/** A currency as ISO 4217 writes it: three capital letters. */
export const IsCurrencyCode = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ pattern: '^[A-Z]{3}$' }),
    Matches(/^[A-Z]{3}$/, { message: '$property must be a currency code of three capital letters' }),
  );

const MAX_INTEGER_ID = 2_147_483_647;

/** A positive integer that fits PostgreSQL's `integer`. */
export function IsIntegerId(): PropertyDecorator {
  const isIntegerId = {
    name: 'isIntegerId',
    validator: {
      validate: (value: unknown) =>
        Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_INTEGER_ID,
      defaultMessage: () => '$property must be a positive integer',
    },
  };
  return applyDecorators(ApiProperty({ minimum: 1, maximum: MAX_INTEGER_ID }), ValidateBy(isIntegerId));
}

/** A time as RFC 3339 has it, with its offset: `2026-11-21T09:00:00Z`; from the year 1000 on, and a day that there is. */
export function IsTimestamp(): PropertyDecorator {
  return ValidateBy({
    name: 'isTimestamp',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isTimestamp(value),
      defaultMessage: () => '$property must be a time such as 2026-11-21T09:00:00Z',
    },
  });
}

const TIMESTAMP = /^([1-9]\d{3}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function isTimestamp(value: string): boolean {
  const day = Date.parse(TIMESTAMP.exec(value)?.[1] ?? '');
  // A day such as February 30 is read as one in March.
  return (
    !Number.isNaN(day) &&
    new Date(day).toISOString().startsWith(value.slice(0, 10)) &&
    !Number.isNaN(Date.parse(value))
  );
}

const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

// Characters as PostgreSQL counts them, and no need to count a text that is far too long.
function hasLength(value: string, min: number, max: number): boolean {
  if (value.length < min || value.length > max * 2) return false;
  const characters = [...value].length;
  return characters >= min && characters <= max;
}
