import { z } from 'zod';

// PostgreSQL has no year 0.
const hasYear = (text: string): boolean => !text.startsWith('0000');

/** ID in a PostgreSQL `integer` column. */
export const integerKey = z.int().min(1).max(2_147_483_647);

/** UUID in PostgreSQL's output format. */
export const uuidKey = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** Calendar day. */
export const dayKey = z.iso.date().refine(hasYear);

/** Time in milliseconds, as `toISOString` writes it. */
export const timeKey = z.iso.datetime({ precision: 3 }).refine(hasYear);
