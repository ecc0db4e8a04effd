import { createHash } from 'node:crypto';
import { BadRequestError } from '../problems/errors';

/** The keys of a row in its list's order, the last of them unique. */
export type Keyset = readonly (string | number)[];

/** What a list was filtered by; a cursor is good for the same filters alone. */
export type Filters = Readonly<Record<string, string | number | boolean | undefined>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An opaque cursor that continues a list after the row with these keys. */
export function encodeCursor(keys: Keyset, filters: Filters): string {
  return Buffer.from(JSON.stringify([fingerprint(filters), ...keys])).toString('base64url');
}

/**
 * The keys that a cursor holds.
 * @throws BadRequestError where it is none of ours, or one of other filters.
 */
export function decodeCursor<K extends Keyset>(
  cursor: string,
  filters: Filters,
  isKeyset: (keys: unknown[]) => boolean,
): K {
  const parts = parse(cursor);
  if (!parts || !isKeyset(parts.slice(1)))
    throw badCursor('bad_cursor', 'This is not a cursor of this list.');
  if (parts[0] !== fingerprint(filters))
    throw badCursor('cursor_of_other_filters', 'This cursor belongs to other filters.');
  return parts.slice(1) as unknown as K;
}

/** The keys of a list that is ordered by a UUID alone. */
export const isUuidKeyset = (keys: unknown[]): boolean =>
  keys.length === 1 && typeof keys[0] === 'string' && UUID.test(keys[0]);

function parse(cursor: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function fingerprint(filters: Filters): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return createHash('sha256').update(JSON.stringify(given.toSorted())).digest('base64url').slice(0, 11);
}

const badCursor = (code: string, detail: string) =>
  new BadRequestError([{ code, detail, parameter: 'cursor' }]);
