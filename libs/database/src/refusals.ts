import { QueryFailedError } from 'typeorm';

/**
 * Whether PostgreSQL rejected a statement because of its contents: its values (classes 22 and 23), a trigger (P0), or a
 * conflict with another transaction such as a deadlock (40). Other rows of the same batch may then succeed on their
 * own. A lack of resources is not a refusal.
 */
export const isRefusal = (error: unknown): boolean => hasClass(error, /^(22|23|40|P0)/);

/** Whether PostgreSQL rejected the values of a statement. The same statement would fail again. */
export const isInvalidData = (error: unknown): boolean => hasClass(error, /^(22|23|P0)/);

const hasClass = (error: unknown, classes: RegExp): boolean =>
  error instanceof QueryFailedError && classes.test((error.driverError as { code?: string }).code ?? '');
/** Whether PostgreSQL rejected a statement because of the constraint with this name. */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof QueryFailedError &&
  (error.driverError as { constraint?: string }).constraint === constraint;
