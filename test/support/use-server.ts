import { type Api, connect } from './api';
import { administrator } from './callers';
import { type CbrUpstream, startCbrUpstream } from './cbr-upstream';
import { later } from './later';
import { startServer, type StartServerOptions, type TestServer } from './server';
import {
  type OnClose,
  openDatabase,
  type SuiteDatabase,
  useClosers,
  type UseDatabaseOptions,
} from './use-database';

export interface UseServersOptions extends UseDatabaseOptions {
  /**
   * Source of rates: none, or a local server that simulates the Bank of Russia. Everything else is real: the built
   * application in separate processes, on a database of the suite.
   */
  rates?: 'unreachable' | 'scripted';
  /** Options of every server. */
  env?: Record<string, string>;
}

export interface SuiteServers {
  database: SuiteDatabase;
  /** The scripted server of rates. */
  upstream: CbrUpstream;
  /** Starts a server on the database. If it still runs at the end of the suite, stops it. */
  start(options?: StartServerOptions): Promise<TestServer>;
  /** Registers a function that runs after all later servers are stopped. */
  onClose: OnClose;
}

export interface SuiteServer extends SuiteServers {
  server: TestServer;
  /** A client without credentials. */
  api: Api;
  /** A client with the administrator's key. */
  admin: Api;
}

/** Returns the variables that make a server fetch rates from this upstream. */
export const ratesFrom = ({ jsonUrl, xmlUrl }: Pick<CbrUpstream, 'jsonUrl' | 'xmlUrl'>) => ({
  CBR_JSON_URL: jsonUrl,
  CBR_XML_URL: xmlUrl,
});

const UNREACHABLE_RATES = ratesFrom({ jsonUrl: 'http://127.0.0.1:9/', xmlUrl: 'http://127.0.0.1:9/' });

/** Starts a server on its own database for the enclosing `describe`, and stops it at the end. */
export function useServer({
  per = 'suite',
  ...options
}: UseServersOptions & Pick<StartServerOptions, 'preload'> = {}): SuiteServer {
  const [server, api, admin] = [
    later<TestServer>('The server'),
    later<Api>('The client'),
    later<Api>('The administrator'),
  ];
  const servers = useServers({ per, ...options });
  (per === 'test' ? beforeEach : beforeAll)(async () => {
    const started = await servers.start({ preload: options.preload });
    const connected = await connect(started.url);
    const key = options.env?.BOOTSTRAP_ADMIN_KEY;
    server.fill(started);
    api.fill(connected);
    admin.fill(key ? connected.as({ key }) : administrator(connected, started));
  });
  return { ...servers, server: server.value, api: api.value, admin: admin.value };
}

/** Creates a database for the enclosing `describe`. Stops every server that the suite starts at the end. */
export function useServers({
  rates = 'unreachable',
  per = 'suite',
  on,
  env,
}: UseServersOptions = {}): SuiteServers {
  const [database, upstream] = [later<SuiteDatabase>('The database'), later<CbrUpstream>('The upstream')];
  const onClose = useClosers(per);

  (per === 'test' ? beforeEach : beforeAll)(async () => {
    const opened = await openDatabase(on);
    onClose(opened.close);
    database.fill(opened);
    if (rates === 'unreachable') return;
    const started = await startCbrUpstream();
    onClose(started.stop);
    upstream.fill(started);
  });

  const start = async (options: StartServerOptions = {}): Promise<TestServer> => {
    const sources = rates === 'scripted' ? ratesFrom(upstream.value) : UNREACHABLE_RATES;
    const server = await startServer({
      databaseUrl: database.value.url,
      ...options,
      env: { ...sources, ...env, ...options.env },
    });
    let hasEnded = false;
    void server.exited.then(() => (hasEnded = true));
    onClose(() => hasEnded || server.stop());
    return server;
  };
  return {
    database: database.value,
    upstream: upstream.value,
    start,
    onClose,
  };
}
