import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';

type Scalar = string | number | boolean;

/** More properties of an item, such as its colour or sizes. */
export type ItemAttributes = Record<string, Scalar | Scalar[]>;

const MAX_ATTRIBUTES = 50;
const MAX_NAME_LENGTH = 64;
const MAX_BYTES = 8_192;
/** Smaller numbers can take hundreds of digits to print. */
const MIN_FRACTION = 1e-6;

// The format applies to the numbers; see `normaliseSchemas`.
const SCALAR = { type: ['string', 'number', 'boolean'], format: 'double' };

/** For `@ApiProperty`. */
export const itemAttributesSchema: ApiPropertyOptions = {
  type: 'object',
  maxProperties: MAX_ATTRIBUTES,
  additionalProperties: { oneOf: [SCALAR, { type: 'array', items: SCALAR }] } as object,
};

/** Validates attributes, and documents them. */
export function IsItemAttributes(): PropertyDecorator {
  const isItemAttributes = {
    name: 'isItemAttributes',
    validator: {
      validate: (value: unknown) => faultOf(value) === undefined,
      defaultMessage: (args?: ValidationArguments) => faultOf(args?.value) ?? '',
    },
  };
  return applyDecorators(
    ApiProperty(itemAttributesSchema),
    // Keeps the object as sent, because class-transformer would rebuild it.
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
    ValidateBy(isItemAttributes),
  );
}

/** @returns why the attributes are invalid, or undefined if they are valid. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return '$property must be an object';
  const entries = Object.entries(value);
  if (entries.length > MAX_ATTRIBUTES) return `$property must have at most ${MAX_ATTRIBUTES} fields`;
  for (const [name, content] of entries) {
    if (!isName(name)) return `names in $property must have 1 to ${MAX_NAME_LENGTH} characters without NUL`;
    const values = [content].flat();
    if (!values.every(isScalar))
      return `values in $property must be strings, numbers, booleans or lists of these: ${quoted(name)} is invalid`;
    if (values.some((one) => typeof one === 'number' && !isExact(one)))
      return `numbers in $property must be 0, or have an absolute value from 10^-6 to 2^53 - 1: ${quoted(name)} is invalid`;
  }
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES)
    return `$property must be at most ${MAX_BYTES} bytes long as JSON`;
  return undefined;
}

// Without "$", because class-validator would expand "$value".
const quoted = (name: string): string => JSON.stringify(name.replaceAll('$', ''));

const isName = (name: string): boolean =>
  name.length > 0 && [...name].length <= MAX_NAME_LENGTH && !name.includes('\0') && name.isWellFormed();

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function isExact(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= MIN_FRACTION && size <= Number.MAX_SAFE_INTEGER);
}
