import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';

/** The code has a few hundred constant statements. Statements beyond this limit probably contain values. */
const MAX_NAMES = 500;
const NAME_LENGTH = 32;

const names = new Map<string, string>();

/**
 * Returns the name of the prepared statement, a digest of its text. Returns undefined for a statement without
 * parameters, which may contain several statements. Also returns undefined for new texts beyond the limit, so that
 * texts with values do not exhaust this map and PostgreSQL's memory.
 */
export function nameOf(text: string, parameters: readonly unknown[]): string | undefined {
  if (parameters.length === 0) return undefined;
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH);
  names.set(text, name);
  return name;
}

/** Runs a statement. PostgreSQL parses it once per connection, and plans it once if it chooses a generic plan. */
export function runPrepared(
  client: PoolClient,
  text: string,
  parameters: unknown[],
  name = nameOf(text, parameters),
): Promise<QueryResult<object>> {
  return client.query<object>(
    name === undefined ? { text, values: parameters } : { name, text, values: parameters },
  );
}

/**
 * Whether a prepared statement is no longer usable: a migration changed its result types (0A000), or a proxy switched
 * to another server connection, which lacks the statement (26000) or already has one of that name (42P05).
 */
export function isStale(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '26000' || code === '42P05' || (code === '0A000' && /cached plan/.test(message ?? ''));
}
