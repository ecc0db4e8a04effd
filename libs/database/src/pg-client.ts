import { Client, type ClientConfig } from 'pg';

/**
 * A client that always has an error listener. The pool removes its own listener while a client is checked out, and the
 * borrower may not have added one when PostgreSQL closes the connection. Without a listener, that error would end the
 * process. It hides nothing: the current query, or the next one, still fails.
 */
export class PgClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
