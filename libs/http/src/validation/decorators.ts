import { Matches, ValidateBy, type ValidationOptions, buildMessage } from 'class-validator';

const DECIMAL = String.raw`(?:0|[1-9]\d*)`;

/** A text of `min` to `max` characters that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function IsText(min: number, max: number, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
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
    },
    options,
  );
}

/** A decimal string that is at least 0 (or above it), below `10^integerDigits`, with at most `decimals` decimals. */
export function IsDecimalString(
  integerDigits: number,
  decimals: number,
  { positive = false } = {},
): PropertyDecorator {
  const pattern = new RegExp(`^(?=[^.]{1,${integerDigits}}(?:\\.|$))${DECIMAL}(?:\\.\\d{1,${decimals}})?$`);
  return ValidateBy({
    name: 'isDecimalString',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && pattern.test(value) && (!positive || /[1-9]/.test(value)),
      defaultMessage: () =>
        `$property must be a decimal string ${positive ? 'above 0' : 'of at least 0'}, below 10^${integerDigits}, with at most ${decimals} decimals`,
    },
  });
}

/** A currency as ISO 4217 writes it: three capital letters. */
export const IsCurrencyCode = (): PropertyDecorator =>
  Matches(/^[A-Z]{3}$/, { message: '$property must be a currency code of three capital letters' });

/** A positive integer that fits PostgreSQL's `integer`. */
export function IsIntegerId(): PropertyDecorator {
  return ValidateBy({
    name: 'isIntegerId',
    validator: {
      validate: (value: unknown) =>
        Number.isInteger(value) && (value as number) > 0 && (value as number) <= 2_147_483_647,
      defaultMessage: () => '$property must be a positive integer',
    },
  });
}

const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

// Characters as PostgreSQL counts them, and no need to count a text that is far too long.
function hasLength(value: string, min: number, max: number): boolean {
  if (value.length < min || value.length > max * 2) return false;
  const characters = [...value].length;
  return characters >= min && characters <= max;
}
