import type { ValidationError } from 'class-validator';

/** A violated rule and its location in the input. */
export interface Violation {
  code: string;
  detail: string;
  path: string[];
}

/** Flattens class-validator's tree to the first violation of each field. */
export function violationsOf(errors: ValidationError[], parents: string[] = []): Violation[] {
  return errors.flatMap((error) => {
    const path = [...parents, error.property];
    const own = ownViolation(error, path);
    return own ? [own] : violationsOf(error.children ?? [], path);
  });
}

function ownViolation(error: ValidationError, path: string[]): Violation | undefined {
  const [rule] = Object.keys(error.constraints ?? {});
  if (rule === undefined) return undefined;
  if (rule === 'whitelistValidation')
    return { code: 'unknown_field', detail: 'This field is unknown.', path };
  if (error.value === undefined) return { code: 'required', detail: 'This field is required.', path };
  if (error.value === null) return { code: 'not_nullable', detail: 'This field cannot be null.', path };
  return { code: snakeCase(rule), detail: sentence(error.constraints?.[rule] ?? ''), path };
}

/** RFC 6901 pointer to a location in the body. */
export const pointerOf = (path: string[]): string =>
  path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const sentence = (message: string): string => (message.endsWith('.') ? message : `${message}.`);
