import { Client, type ClientConfig, types } from 'pg';

/**
 * A connection that is never without an error listener. A pool takes its own off while somebody uses a connection, and
 * whoever uses it may not have put on theirs yet, or not any more, when PostgreSQL ends it: without a listener that would be
 * the end of the process. Nothing is hidden by it: the query that was under way, or the next one, fails.
 */
export class PgClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    this.setTypeParser(types.builtins.TIMESTAMPTZ, toDate);
  }
}

const parseAny = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => Date;
const DATE_LENGTH = 10;
const HOURS_LENGTH = 3;

/**
 * What pg makes of a timestamp, without its regular expressions: one of them took 2 % of a list's CPU by itself. JavaScript's own
 * parser reads `2026-11-21T09:00:00.123456+03:00`; what looks otherwise (infinity, BC, an offset in minutes) is left to pg.
 */
export function toDate(text: string): Date {
  const sign = text.charAt(text.length - HOURS_LENGTH);
  const isUsual =
    text.charAt(DATE_LENGTH) === ' ' && text.charAt(4) === '-' && (sign === '+' || sign === '-');
  if (!isUsual) return parseAny(text);
  return new Date(`${text.slice(0, DATE_LENGTH)}T${text.slice(DATE_LENGTH + 1)}:00`);
}
