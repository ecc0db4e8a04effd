import { Client } from 'pg';

const TIMEOUT_MS = 5_000;
// PostgreSQL releases the locks of a vanished host after at most half a minute.
const KEEPALIVES = '-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** A connection whose session holds advisory locks. They are released when it ends. */
export class LockConnection {
  private readonly losing = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: Client) {}

  /** @param onLost called once when the connection ends, for any reason. */
  static async open(url: string, onLost: () => void): Promise<LockConnection> {
    const client = new Client({
      connectionString: url,
      application_name: 'waybill jobs',
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
      options: KEEPALIVES,
    });
    const connection = new LockConnection(client);
    connection.lost.addEventListener('abort', onLost, { once: true });
    client.on('error', () => connection.lose()).on('end', () => connection.lose());
    await client.connect();
    return connection;
  }

  /** Aborted when the connection, and with it every lock, is lost. */
  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /** Acquires or releases a lock. One request at a time; if PostgreSQL does not respond, the connection is closed. */
  ask(question: 'pg_try_advisory_lock' | 'pg_advisory_unlock', job: string): Promise<boolean> {
    const asked = this.turn.then(async () => {
      if (this.lost.aborted) return false;
      const { rows } = await this.client.query<{ yes: boolean }>(
        `SELECT ${question}(hashtext('waybill:jobs'), hashtext($1)) AS yes`,
        [job],
      );
      return rows[0]?.yes === true;
    });
    this.turn = asked.catch(() => this.lose());
    return asked;
  }

  async end(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private lose(): void {
    if (this.lost.aborted) return;
    this.losing.abort(new Error('Lost the connection that holds the lock of the job'));
    void this.end();
  }
}
