import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  buildMessage,
  IsBoolean,
  isEmail,
  Matches,
  ValidateBy,
  ValidateIf,
  type ValidationOptions,
} from 'class-validator';
import { isStorable } from './unsafe-parts';

// Each decorator configures both class-validator and the OpenAPI document.

/**
 * Allows the field to be absent. Does not allow null unless combined with `@Nullable()`: class-validator's own
 * IsOptional would let null pass every other rule.
 */
export const Optional = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ required: false }),
    ValidateIf((_, value) => value !== undefined),
    ValidateBy({ name: 'isNotNull', validator: { validate: (value: unknown) => value !== null } }),
  );

/** Allows the field to be null. The OpenAPI document takes this from the field's TypeScript type, which must include null. */
export const Nullable = (): PropertyDecorator => ValidateIf((_, value) => value !== null);

/** A string of `min` to `max` characters that PostgreSQL can store: no NUL, no lone surrogate. */
export function IsText(min: number, max: number, options?: ValidationOptions): PropertyDecorator {
  const isText = {
    name: 'isText',
    constraints: [min, max],
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && isStorable(value) && hasLength(value, min, max),
      defaultMessage: buildMessage(
        (each) => `${each}$property must be a string of ${min} to ${max} characters without NUL`,
        options,
      ),
    },
  };
  // The limits apply to the list's items, not to the list.
  const schema = options?.each ? [] : [ApiProperty({ minLength: min, maxLength: max })];
  return applyDecorators(...schema, ValidateBy(isText, options));
}

/** A decimal string of at least 0 (or above 0), below `10^integerDigits`, with at most `decimals` decimals. */
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

/** ISO 4217 currency code: three capital letters. */
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

/** An integer from `min` to `max`: a JSON number in a body, or the result of `@FromDigits()` in a query. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  const isWholeNumber = {
    name: 'isWholeNumber',
    validator: {
      validate: (value: unknown) =>
        Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
      defaultMessage: () => `$property must be an integer from ${min} to ${max}`,
    },
  };
  return applyDecorators(ApiProperty({ minimum: min, maximum: max }), ValidateBy(isWholeNumber));
}

/** Parses an integer query parameter. Leaves other text unchanged, and validation refuses it. */
export const FromDigits = (): PropertyDecorator =>
  Transform(({ value }) => (/^-?\d{1,15}$/.test(String(value)) ? Number(value) : (value as unknown)));

/** Parses a query parameter that is `true` or `false`. Leaves other text unchanged, and validation refuses it. */
export const FromTrueOrFalse = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown))),
    IsBoolean({ message: '$property must be true or false' }),
  );

/**
 * RFC 3339 time with an offset: `2026-11-21T09:00:00Z`. Accepts lower case; refuses days and hours that do not exist.
 * In UTC, its year must have four digits.
 */
export function IsTimestamp(): PropertyDecorator {
  const isTimestampRule = {
    name: 'isTimestamp',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isTimestamp(value),
      defaultMessage: () => '$property must be an RFC 3339 time such as 2026-11-21T09:00:00Z',
    },
  };
  // Parsers such as Date accept only upper case.
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? inUpperCase(value) : value)),
    ValidateBy(isTimestampRule),
  );
}

/** Calendar day: `2026-11-21`. Refuses days that do not exist. */
export function IsDay(): PropertyDecorator {
  const isDayRule = {
    name: 'isDay',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && DAY.test(value) && isCalendarDay(value),
      defaultMessage: () => '$property must be a day such as 2026-11-21',
    },
  };
  return applyDecorators(ApiProperty({ format: 'date' }), ValidateBy(isDayRule));
}

const DAY = /^[1-9]\d{3}-\d\d-\d\d$/;

// Date parses February 30 as a day in March.
function isCalendarDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

const TIMESTAMP =
  /^([1-9]\d{3}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const [EARLIEST, LATEST] = [Date.parse('1000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

const inUpperCase = (time: string): string => time.replace(/t/, 'T').replace(/z$/, 'Z');

function isTimestamp(given: string): boolean {
  const value = inUpperCase(given);
  const day = TIMESTAMP.exec(value)?.[1] ?? '';
  const time = Date.parse(value);
  return isCalendarDay(day) && time >= EARLIEST && time <= LATEST;
}

const MAX_EMAIL_LENGTH = 254;

/** Email address in normal form; see `NormalEmail`. */
export function IsEmailAddress(): PropertyDecorator {
  const isEmailAddress = {
    name: 'isEmailAddress',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        value.length <= MAX_EMAIL_LENGTH &&
        !INVISIBLE.test(value) &&
        isEmail(value),
      defaultMessage: () =>
        `$property must be an email address of at most ${MAX_EMAIL_LENGTH} visible characters`,
    },
  };
  return applyDecorators(
    // JSON Schema's `email` allows only ASCII.
    ApiProperty({ format: 'idn-email', maxLength: MAX_EMAIL_LENGTH }),
    NormalEmail(),
    ValidateBy(isEmailAddress),
  );
}

// Spaces, control and format characters (zero-width, bidi), fillers and variation selectors: addresses that differ only
// in these characters look the same.
const INVISIBLE = /[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** Converts an email address to the form in which addresses are compared: NFC (RFC 6532, 3.1), lower case. */
export const NormalEmail = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalEmail(value) : value));

// Normalizing a long run of combining marks takes quadratic time, so a string that is too long for an address is left
// unchanged.
const normalEmail = (email: string): string =>
  email.length <= 2 * MAX_EMAIL_LENGTH ? email.normalize('NFC').toLowerCase().normalize('NFC') : email;

// Counts characters as PostgreSQL does, without counting a string that is far too long.
function hasLength(value: string, min: number, max: number): boolean {
  if (value.length < min || value.length > max * 2) return false;
  const characters = [...value].length;
  return characters >= min && characters <= max;
}
