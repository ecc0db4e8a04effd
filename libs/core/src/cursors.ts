import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { BadRequestError } from './errors';
import type { Page } from './page';
import type { Principal } from './principal';

/** Sort keys of a row in its list; the last one is unique. */
export type Keyset = readonly (string | number)[];

/** Values that a cursor is bound to: the list's filters and, if callers see different rows, the owner. */
export type Bound = Readonly<Record<string, string | number | boolean | undefined>>;

/** Returns the owner that a principal's cursors are bound to. It is the same in all sessions of a user. */
export const cursorOwner = ({ userId, ownerId }: Principal): string => userId ?? ownerId;

/** Cursors of one list. Declare one instance per list, with the name of the list and the schema of its keyset. */
export class Cursors<K extends Keyset> {
  constructor(
    private readonly list: string,
    private readonly keyset: z.ZodType<K>,
  ) {}

  /**
   * Returns the sort keys of the last row of the previous page; undefined without a cursor.
   * @throws BadRequestError for a cursor of another list, other filters or another owner.
   */
  read(cursor: string | undefined, bound: Bound): K | undefined {
    if (cursor === undefined) return undefined;
    const [list, fingerprint, ...keys] = parse(cursor);
    const keyset = this.keyset.safeParse(keys);
    if (list !== this.list || !keyset.success)
      throw badCursor('bad_cursor', 'This cursor is invalid or belongs to another list.');
    if (fingerprint !== fingerprintOf(bound))
      throw badCursor(
        'cursor_of_other_filters',
        'This cursor belongs to a query with other filters, or to another caller.',
      );
    return keyset.data;
  }

  /**
   * Builds a page from rows that were read with `limit + 1`.
   * @param keysOf returns the sort keys of a row.
   */
  page<T>(rows: T[], limit: number, bound: Bound, keysOf: (row: T) => K): Page<T> {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      items,
      next_cursor: hasMore ? write([this.list, fingerprintOf(bound), ...keysOf(last)]) : null,
    };
  }
}

const write = (parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Returns the parts of a cursor. Returns an empty list if the cursor is not exactly what `write` would produce. */
function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && write(parts) === cursor && !parts.some(hasNul) ? parts : [];
  } catch {
    return [];
  }
}

// PostgreSQL refuses text with a NUL.
const hasNul = (part: unknown): boolean => typeof part === 'string' && part.includes('\0');

function fingerprintOf(bound: Bound): string {
  const given = Object.entries(bound).filter(([, value]) => value !== undefined);
  return createHash('sha256').update(JSON.stringify(given.toSorted())).digest('base64url').slice(0, 11);
}

const badCursor = (code: string, detail: string) =>
  new BadRequestError([{ code, detail, parameter: 'cursor' }]);
