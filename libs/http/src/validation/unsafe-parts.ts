import type { Violation } from './field-errors';

/** Whether PostgreSQL can store a text: no NUL, no lone surrogate. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/**
 * Finds the first part of parsed input that class-transformer and class-validator do not check: a field with the name
 * of an Object.prototype property, or a text that PostgreSQL can't store. The input must have bounded depth.
 */
export function findUnsafePart(value: unknown, path: string[] = []): Violation | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : { code: 'unstorable_text', detail: UNSTORABLE, path };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const within = [...path, name];
    if (name in Object.prototype)
      return { code: 'unknown_field', detail: 'This field is unknown.', path: within };
    const found = findUnsafePart(inner, within);
    if (found) return found;
  }
  return undefined;
}

const UNSTORABLE = 'A string must not contain NUL or an unpaired surrogate.';
