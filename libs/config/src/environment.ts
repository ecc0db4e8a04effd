import { z } from 'zod';
import { brokerAddress, brokerCredentials } from './broker-address';
import { jobSchedules } from './job-schedules';
import { redisAddress } from './redis-address';
import { certificate, privateKey } from './tls';
import { trustedProxies } from './trusted-proxies';

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
  .transform(Number)
  .refine((number) => number <= 65_535, 'must be a whole number from 0 to 65535');
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const positive = z.coerce.number().int().positive();
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/**
 * Every variable that Waybill reads, with its default. `.env.example` shows the descriptions. A variable marked
 * `secret` may also be set as `NAME_FILE`, the path of a file that holds the value.
 */
export const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe("in production, the administrator's key is never printed and the rate snapshot is never used"),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  PORT: port.optional().describe('public port; unset: 8000, or the next free port; 0: any free port'),
  OPS_PORT: port
    .optional()
    .describe('separate port for /livez, /readyz and /metrics; default for a worker: 8001'),
  PUBLIC_URL: httpUrl
    .optional()
    .describe(
      'public URL of this API; unset: localhost, HOST, any IP address, and the X-Forwarded-Host of a trusted proxy count as this API',
    ),
  TRUST_PROXY: trustedProxies
    .optional()
    .describe(
      'addresses and networks (CIDR) of the reverse proxies whose X-Forwarded-For, -Proto and -Host are trusted; ' +
        'or loopback, linklocal, uniquelocal; unset: none',
    ),
  TLS_CERT: certificate
    .optional()
    .meta({ secret: true })
    .describe('TLS certificate chain (PEM); usually set as TLS_CERT_FILE'),
  TLS_KEY: privateKey
    .optional()
    .meta({ secret: true })
    .describe('TLS private key (PEM); usually set as TLS_KEY_FILE'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((origin) => origin.trim() || []))
    .refine(
      (list) => list.every(isOrigin),
      'must be origins such as https://example.com, separated by commas',
    )
    .describe('origins that may call this API from a browser (CORS), separated by commas'),
  LIMIT_PRINCIPAL_PER_MINUTE: positive
    .max(1_000_000_000)
    .default(600)
    .describe('requests per minute for each session or API key'),
  LIMIT_ADDRESS_PER_MINUTE: positive
    .max(1_000_000_000)
    .default(1_200)
    .describe('requests per minute for each IP address'),
  LIMIT_SESSIONS_PER_MINUTE: positive
    .max(1_000_000)
    .default(30)
    .describe('new sessions per minute for each IP address'),
  LIMIT_BAD_CREDENTIALS_PER_MINUTE: positive
    .max(1_000_000)
    .default(120)
    .describe('invalid API keys and session tokens per minute for each IP address'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe("directory of the embedded services' data and the bootstrap key"),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
    .optional()
    .meta({ secret: true })
    .describe('PostgreSQL 15 or newer; unset: embedded PostgreSQL'),
  DATABASE_POOL_SIZE: positive.max(200).default(10).describe('PostgreSQL connections per process'),
  REDIS_URL: redisAddress
    .optional()
    .meta({ secret: true })
    .describe(
      'Redis 6.2 or newer for queues, cache and rate limits: a redis(s):// URL, or several separated by commas for a ' +
        'Redis Cluster; unset: queues in PostgreSQL, cache and rate limits in memory',
    ),
  CACHE_REDIS_URL: redisAddress
    .optional()
    .meta({ secret: true })
    .describe('separate Redis for the cache, which may evict keys; unset: REDIS_URL'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .default('waybill')
    .describe('prefix of every Redis key; must differ between deployments that share a Redis'),
  BROKER_URL: brokerAddress
    .optional()
    .meta({ secret: true })
    .describe(
      'message broker for the order stream: a nats:// or tls:// URL (NATS with JetStream), or an amqp:// or amqps:// URL ' +
        '(RabbitMQ 3.10 or newer), or several separated by commas for a cluster; unset: a table in PostgreSQL',
    ),
  BROKER_PREFIX: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .default('waybill')
    .describe(
      'prefix of every stream and queue; must differ between deployments that share a message broker',
    ),
  BROKER_TLS_CA: certificate
    .optional()
    .meta({ secret: true })
    .describe(
      'trusted certificates (PEM) for the message broker, instead of the default CA certificates; ' +
        'usually set as BROKER_TLS_CA_FILE',
    ),
  BROKER_CREDENTIALS: brokerCredentials
    .optional()
    .meta({ secret: true })
    .describe('NATS credentials (.creds) or NKey seed; usually set as BROKER_CREDENTIALS_FILE'),
  BOOTSTRAP_ADMIN_KEY: z
    .string()
    .min(32, 'must have 32 characters or more')
    .regex(/^[\x21-\x7e]*$/, 'must contain only visible ASCII characters, without spaces')
    .max(256)
    .optional()
    .meta({ secret: true })
    .describe("first administrator's API key; unset: generated once and stored in DATA_DIR/admin.key"),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('minimum log level'),
  LOG_SQL: flag.default(false).describe('log SQL statements, without their parameters'),
  BODY_LIMIT_BYTES: positive.max(16_777_216).default(262_144).describe('maximum size of a JSON body'),
  SESSION_UNUSED_HOURS: positive
    .max(8_760)
    .default(24)
    .describe('hours after which an unused session that owns nothing is deleted'),
  SESSION_TTL_DAYS: positive.max(365).default(30).describe('lifetime of an anonymous session'),
  STAFF_SESSION_TTL_HOURS: positive.max(720).default(12).describe('maximum lifetime of a staff session'),
  STAFF_SESSION_IDLE_MINUTES: positive.max(43_200).default(60).describe('idle timeout of a staff session'),
  LOGIN_WINDOW_MINUTES: positive.max(1_440).default(15).describe('window in which failed sign-ins count'),
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: positive
    .max(1_000_000)
    .default(10)
    .describe(
      'failed sign-ins to an account before one address must wait; the same limit holds for a known device, and for ' +
        'wrong current passwords in a session',
    ),
  LOGIN_FAILURES_PER_ACCOUNT: positive
    .max(1_000_000)
    .default(100)
    .describe('failed sign-ins to an account before every address must wait, except on known devices'),
  LOGIN_FAILURES_PER_ADDRESS: positive
    .max(1_000_000)
    .default(50)
    .describe('failed sign-ins from an address, to any account, before it must wait'),
  LOGIN_DEVICE_DAYS: positive.max(365).default(90).describe('days that a device stays known after a sign-in'),
  AUDIT_RETENTION_MONTHS: positive.max(600).default(36).describe('retention of the audit log'),
  REGISTRATION_ATTEMPTS: positive.max(50).default(5).describe('maximum attempts per registration'),
  REGISTRATION_BACKOFF_MS: positive
    .max(600_000)
    .default(1_000)
    .describe('initial delay between attempts; doubles after each attempt'),
  REGISTRATION_REQUEUE_AFTER_SECONDS: positive
    .max(3_600)
    .default(60)
    .describe('seconds after which a pending registration is enqueued again'),
  REGISTRATIONS_PENDING_LIMIT: positive
    .max(10_000_000)
    .default(100_000)
    .describe('maximum pending registrations; above it, new ones get 503'),
  IMPORT_LIMIT_BYTES: positive
    .max(1_073_741_824)
    .default(67_108_864)
    .describe('maximum size of a CSV file to import'),
  IMPORTS_PENDING_LIMIT: positive
    .max(1_000)
    .default(20)
    .describe(
      'maximum unfinished imports, including files that are being uploaded; above it, new ones get 503',
    ),
  IMPORT_REQUEUE_AFTER_SECONDS: positive
    .max(3_600)
    .default(30)
    .describe('seconds without progress after which an import is enqueued again'),
  IMPORTS_KEEP_DAYS: positive
    .max(3_650)
    .default(30)
    .describe('retention of finished imports and their errors'),
  ORDERS_CACHE_MB: positive
    .max(16_384)
    .default(32)
    .describe('memory per process for the documents of orders, in MiB'),
  ORDERS_WARM_COUNT: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(10_000)
    .describe('newest orders that a process reads into its cache before it is ready'),
  TICKETS_AUTO_CLOSE_DAYS: positive
    .max(365)
    .default(7)
    .describe('days after which a ticket is closed if its status stays answered'),
  WORKER_CONCURRENCY: positive.max(500).default(10).describe('concurrent jobs per worker process'),
  CBR_JSON_URL: httpUrl
    .default('https://www.cbr-xml-daily.ru/daily_json.js')
    .describe("JSON mirror of the Bank of Russia's rates"),
  CBR_XML_URL: httpUrl
    .default('https://www.cbr.ru/scripts/XML_daily.asp')
    .describe('XML rates of the Bank of Russia; date_req is appended'),
  CBR_TIMEOUT_MS: positive.max(60_000).default(3_000).describe('timeout of one request to either source'),
  RATE_MAX_AGE_DAYS: positive
    .max(365)
    .default(14)
    .describe('days after which exchange rates are too old to price a package'),
  JOB_SCHEDULES: jobSchedules
    .default(new Map())
    .describe(
      'cron expressions by job name, in the time zones of GET /api/v1/admin/jobs; for example purge-sessions=0 3 * * *',
    ),
  JOB_POLL_MS: positive
    .min(50)
    .max(60_000)
    .default(5_000)
    .describe('interval at which a worker polls for due job runs; it also checks at each cron time'),
  JOB_RUNS_KEEP_DAYS: positive.min(2).max(365).default(7).describe('retention of job runs'),
});

export type Environment = z.infer<typeof environment>;

/** Names of the variables that can be set as `NAME_FILE`. */
export const secretNames = Object.entries(environment.shape)
  .filter(([, schema]) => schema.meta()?.secret === true)
  .map(([name]) => name);
