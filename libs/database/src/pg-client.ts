import { Client, type ClientConfig, types } from 'pg';

/**
 * A client that always has an error listener. The pool removes its own listener while a client is checked out, and the
 * borrower may not have added one when PostgreSQL closes the connection. Without a listener, that error would end the
 * process. No error is lost: the current or the next query still fails.
 */
export class PgClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    this.setTypeParser(types.builtins.TIMESTAMPTZ, toDate);
  }
}

const parseAsPg = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => Date;
const DATE_LENGTH = 10;
const MILLISECONDS_END = 23;
const HOURS_LENGTH = 3;

/**
 * Parses a timestamp without pg's regular expressions. JavaScript's own parser reads
 * `2026-11-21T09:00:00.123456+03:00`. pg parses all other formats (infinity, BC, an offset in minutes).
 */
export function toDate(text: string): Date {
  const sign = text.charAt(text.length - HOURS_LENGTH);
  const isCommonFormat =
    text.charAt(DATE_LENGTH) === ' ' && text.charAt(4) === '-' && (sign === '+' || sign === '-');
  if (!isCommonFormat) return parseAsPg(text);
  const date = text.slice(0, DATE_LENGTH);
  if (!text.endsWith('+00')) return new Date(`${date}T${text.slice(DATE_LENGTH + 1)}:00`);
  const time = text.slice(DATE_LENGTH + 1, Math.min(text.length - HOURS_LENGTH, MILLISECONDS_END));
  return new StoredDate(`${date}T${time.includes('.') ? time : `${time}.`}`);
}

const PADDED_LENGTH = '2026-11-21T09:00:00.000'.length;

/**
 * A date that remembers its JSON. JavaScript's own conversion takes most of the time of serialising a list: reading and
 * writing 50 packages with a date takes 31 instead of 70 µs.
 */
class StoredDate extends Date {
  readonly #json: string;
  readonly #time: number;

  /** @param text in UTC, with 0 to 3 digits after the point. */
  constructor(text: string) {
    const json = `${text.padEnd(PADDED_LENGTH, '0')}Z`;
    super(json);
    this.#json = json;
    this.#time = this.getTime();
  }

  override toJSON(): string {
    return this.getTime() === this.#time ? this.#json : super.toJSON();
  }
}
