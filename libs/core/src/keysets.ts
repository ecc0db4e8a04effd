import { z } from 'zod';

// PostgreSQL knows no year 0.
const hasYear = (text: string): boolean => !text.startsWith('0000');

/** An id of a row that PostgreSQL counts (`integer`). */
export const integerKey = z.int().min(1).max(2_147_483_647);

/** A UUID as PostgreSQL writes it. */
export const uuidKey = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** A day of the calendar. */
export const dayKey = z.iso.date().refine(hasYear);

/** A time in milliseconds, as `toISOString` writes it. */
export const timeKey = z.iso.datetime({ precision: 3 }).refine(hasYear);
