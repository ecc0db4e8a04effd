import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';

/** Statements of ours are constants, a few hundred; more would be texts that somebody composes of values. */
const MAX_NAMES = 500;
const NAME_LENGTH = 32;

const names = new Map<string, string>();

/**
 * The name under which every connection prepares a statement, made of its text. Undefined without parameters, which lets a text
 * hold several statements, and beyond a bound, so that composed texts fill neither this map nor PostgreSQL's memory.
 */
export function nameOf(text: string, parameters: readonly unknown[]): string | undefined {
  if (parameters.length === 0) return undefined;
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH);
  names.set(text, name);
  return name;
}

/** Runs a statement. It is parsed once for a connection and, once PostgreSQL has a plan for any values, planned once. */
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
 * Whether a connection's prepared statement is of no use any more: a migration changed the types of its rows (0A000), or a proxy
 * gave us another server connection, which has no such statement (26000) or one of that name already (42P05).
 */
export function isStale(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '26000' || code === '42P05' || (code === '0A000' && /cached plan/.test(message ?? ''));
}
