import { QueryFailedError } from 'typeorm';

/**
 * Whether PostgreSQL refused a statement for what is in it, and not for lack of anything: its values (classes 22 and 23), a
 * trigger (P0), or a deadlock with another one (40). Then other rows of the same statement may be written without these.
 */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    /^(22|23|40|P0)/.test((error.driverError as { code?: string }).code ?? '')
  );
}
