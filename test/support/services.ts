import { once } from 'node:events';
import { type Socket, connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connect as connectRabbitMq } from 'amqplib';
import { Client } from 'pg';

const PROBE_TIMEOUT_MS = 3_000;
const OLDEST_POSTGRES = 15;

export type ServiceName = 'postgres' | 'redis' | 'nats' | 'rabbitmq';

/** A service that suites can run on. */
interface Service {
  name: ServiceName;
  /** Variable with its URL. */
  variable: string;
  /** Scheme of the URL, if the variable may name another service too. */
  scheme?: RegExp;
  /** Default URL, with the standard port on this machine. */
  standard: string;
  /** Checks the service. @throws Error with the reason if it can't be used */
  probe(url: string): Promise<void>;
}

export interface FoundService {
  name: ServiceName;
  url: string;
}

export interface MissingService {
  name: ServiceName;
  /** Why it wasn't found, for the terminal. */
  reason: string;
}

export const SERVICES: readonly Service[] = [
  {
    name: 'postgres',
    variable: 'DATABASE_URL',
    standard: 'postgres://postgres@127.0.0.1:5432/postgres',
    probe: probePostgres,
  },
  { name: 'redis', variable: 'REDIS_URL', standard: 'redis://127.0.0.1:6379', probe: probeRedis },
  {
    name: 'nats',
    variable: 'BROKER_URL',
    scheme: /^(nats|tls):/,
    standard: 'nats://127.0.0.1:4222',
    probe: probeNats,
  },
  {
    name: 'rabbitmq',
    variable: 'BROKER_URL',
    scheme: /^amqps?:/,
    standard: 'amqp://guest:guest@127.0.0.1:5672',
    probe: probeRabbitMq,
  },
];

type Environment = Record<string, string | undefined>;

/**
 * Looks for services that suites can run on: at the URL of a variable, or on the standard port of this machine.
 *
 * With `TEST_SERVICES=none`, looks for no service. With `REQUIRE_SERVICES=postgres,redis`, fails if one of them is
 * missing.
 *
 * @throws Error with each missing required service and the reason
 */
export async function findServices(
  environment: Environment,
  services: readonly Service[] = SERVICES,
): Promise<{ found: FoundService[]; missing: MissingService[] }> {
  const required = requiredNames(environment, services);
  const none = looksForNone(environment);
  const looks = await Promise.all(
    services.map((service) =>
      none ? { name: service.name, reason: 'TEST_SERVICES=none' } : look(service, environment),
    ),
  );
  const found = looks.filter((one): one is FoundService => 'url' in one);
  const missing = looks.filter((one): one is MissingService => 'reason' in one);
  const faults = missing.filter(({ name }) => required.includes(name));
  if (faults.length > 0) {
    const list = faults.map(({ name, reason }) => `${name} (${reason})`).join(', ');
    throw new Error(`REQUIRE_SERVICES requires missing services: ${list}`);
  }
  return { found, missing };
}

function looksForNone({ TEST_SERVICES: which }: Environment): boolean {
  if (!which) return false;
  if (which === 'none') return true;
  throw new Error(`TEST_SERVICES must be none or unset; it is ${which}`);
}

function requiredNames({ REQUIRE_SERVICES: list = '' }: Environment, services: readonly Service[]): string[] {
  const names = list.split(',').flatMap((name) => name.trim() || []);
  const known = services.map(({ name }) => name as string);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  throw new Error(`REQUIRE_SERVICES names ${unknown.join(', ')}; the tests use ${known.join(', ')}`);
}

async function look(service: Service, environment: Environment): Promise<FoundService | MissingService> {
  const { name, variable, scheme = /^/, standard } = service;
  const value = environment[variable];
  const named = value && scheme.test(value) ? value : undefined;
  try {
    await service.probe(named || standard);
    return { name, url: named || standard };
  } catch (cause) {
    const other = value ? 'names another service' : 'is unset';
    const where = named ? `at ${variable}` : `at ${withoutPassword(standard)}, and ${variable} ${other}`;
    return { name, reason: `${messageOf(cause)} ${where}` };
  }
}

/** Lists found services, and missing ones with the reason, one line each. */
export function describeServices(found: FoundService[], missing: MissingService[]): string {
  return [
    ...found.map(({ name, url }) => `found    ${name} at ${withoutPassword(url)}`),
    ...missing.map(({ name, reason }) => `skipped  ${name}: ${reason}`),
  ].join('\n');
}

const withoutPassword = (urls: string): string =>
  urls
    .split(',')
    .map((url) => new URL(url).host)
    .join(', ');

/** An AggregateError, such as for a refused connection to a name with two addresses, has no message. */
function messageOf(cause: unknown): string {
  const { message, code } = cause as Error & { code?: string };
  return message || code || String(cause);
}

async function probePostgres(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // shows in the query
  await client.connect();
  try {
    const { rows } = await client.query<{ major: number; creates: boolean }>(
      `select current_setting('server_version_num')::int / 10000 as major, rolsuper or rolcreatedb as creates
       from pg_roles where rolname = current_user`,
    );
    const { major, creates } = rows[0]!;
    if (major < OLDEST_POSTGRES) throw new Error(`version ${major} is older than ${OLDEST_POSTGRES}`);
    if (!creates) throw new Error('its user may not create databases');
  } finally {
    await client.end();
  }
}

/** Sends PING to the service, or to the first node of a cluster. */
function probeRedis(urls: string): Promise<void> {
  const url = new URL(urls.split(',')[0]!);
  const address = { host: url.hostname, port: Number(url.port || 6379) };
  const socket: Socket = url.protocol === 'rediss:' ? connectTls(address) : connectTcp(address);
  const secret = [decodeURIComponent(url.username), decodeURIComponent(url.password)].filter(Boolean);
  return new Promise<void>((resolve, reject) => {
    let reply = '';
    const giveUp = setTimeout(() => reject(new Error('no answer')), PROBE_TIMEOUT_MS);
    socket.once('close', () => {
      clearTimeout(giveUp);
      reject(new Error('it closed the connection'));
    });
    socket.once('error', reject);
    socket.setEncoding('utf8').on('data', (text: string) => {
      reply = (reply + text).slice(0, 1_000);
      if (/^\+PONG\r\n/m.test(reply)) resolve();
      else if (/^-.*\r\n/m.test(reply)) reject(new Error(/^-(.*)\r\n/m.exec(reply)![1]));
      else if (reply.includes('\n') && !reply.startsWith('+OK')) reject(new Error('not a Redis'));
    });
    socket.write((secret.length > 0 ? resp(['AUTH', ...secret]) : '') + resp(['PING']));
  }).finally(() => socket.destroy());
}

/** Signs in to the first server, which must have JetStream. */
async function probeNats(urls: string): Promise<void> {
  const url = new URL(urls.split(',')[0]!);
  const socket = connectTcp({ host: url.hostname, port: Number(url.port || 4222) });
  socket.setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
  const next = async () => String((await once(socket, 'data'))[0]);
  try {
    const info = /^INFO (\{.*\})/.exec(await next())?.[1];
    if (info === undefined) throw new Error('not a NATS server');
    if ((JSON.parse(info) as { jetstream?: boolean }).jetstream !== true) throw new Error('no JetStream');
    const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    const login = pass ? { user, pass } : user ? { auth_token: user } : {};
    const options = { verbose: false, pedantic: false, lang: 'node', version: '1', ...login };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    const reply = await next();
    if (!reply.includes('PONG')) throw new Error(reply.trim());
  } finally {
    socket.destroy();
  }
}

async function probeRabbitMq(urls: string): Promise<void> {
  const connection = await connectRabbitMq(urls.split(',')[0]!, { timeout: PROBE_TIMEOUT_MS });
  connection.on('error', () => undefined); // shows below
  try {
    await connection.createChannel();
  } finally {
    await connection.close();
  }
}

const resp = (words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
