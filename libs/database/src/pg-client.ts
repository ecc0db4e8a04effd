import { Client, type ClientConfig } from 'pg';

/**
 * A connection that is never without an error listener. A pool takes its own off while somebody uses a connection, and
 * whoever uses it may not have put on theirs yet, or not any more, when PostgreSQL ends it: without a listener that would be
 * the end of the process. Nothing is hidden by it: the query that was under way, or the next one, fails.
 */
export class PgClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
