import { canDecode, credentialsOf, serverUrls } from './server-urls';

const DEFAULT_PORT = 6379;
const MAX_NODES = 100;

/** Address of a Redis: one node, or several seed nodes of a Redis Cluster. */
export interface RedisAddress {
  nodes: { host: string; port: number }[];
  username?: string;
  password?: string;
  /** Always 0 on a cluster. */
  database: number;
  tls: boolean;
}

/**
 * Parses one `redis://` or `rediss://` URL, or a comma-separated list. Error messages never quote a URL: it may hold a
 * password.
 */
export const redisAddress = serverUrls(faultOf, toAddress);

function faultOf(urls: string[]): string | undefined {
  if (urls.length > MAX_NODES) return `must have at most ${MAX_NODES} nodes`;
  if (!urls.every(isRedisUrl)) {
    return 'must be a redis:// or rediss:// URL, like redis://user:password@host:6379/0, or a comma-separated list of them';
  }
  const [first, ...others] = urls.map((url) => new URL(url));
  if (first === undefined || others.length === 0) return undefined;
  if (others.some((url) => accessOf(url) !== accessOf(first)))
    return 'must use the same scheme, user and password for every node of a cluster';
  if ([first, ...others].some((url) => databaseOf(url) !== 0))
    return 'must not select a database: a cluster has only database 0';
  return undefined;
}

function isRedisUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^(\/\d{0,4})?$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    canDecode(url.username) &&
    canDecode(url.password)
  );
}

const accessOf = ({ protocol, username, password }: URL): string =>
  JSON.stringify([protocol, username, password]);

const databaseOf = ({ pathname }: URL): number => Number(pathname.slice(1));

function toAddress(urls: URL[]): RedisAddress {
  const [first] = urls as [URL];
  return {
    nodes: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? DEFAULT_PORT : Number(port),
    })),
    ...credentialsOf(first),
    database: databaseOf(first),
    tls: first.protocol === 'rediss:',
  };
}
