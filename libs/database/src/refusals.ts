import { QueryFailedError } from 'typeorm';

/**
 * Whether PostgreSQL rejected a statement because of its contents: its values (classes 22 and 23), a trigger (P0), or a
 * conflict with another transaction such as a deadlock (40). Other rows of the same batch may then succeed if they are
 * retried individually. A lack of resources is not a refusal.
 */
export const isRefusal = (error: unknown): boolean => /^(22|23|40|P0)/.test(codeOf(error));

/** Whether PostgreSQL aborted a transaction because of a conflict with another one. A retry may succeed. */
export const isDeadlock = (error: unknown): boolean => /^(40P01|40001)$/.test(codeOf(error));

/** Whether PostgreSQL rejected the values of a statement. A retry would fail again. */
export const isInvalidData = (error: unknown): boolean => /^(22|23|P0)/.test(codeOf(error));
/** Whether PostgreSQL rejected a statement because of the constraint with this name. */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof QueryFailedError &&
  (error.driverError as { constraint?: string }).constraint === constraint;

const codeOf = (error: unknown): string =>
  (error instanceof QueryFailedError && (error.driverError as { code?: string }).code) || '';
