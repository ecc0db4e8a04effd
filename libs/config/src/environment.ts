import { z } from 'zod';
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
 * Every variable that Waybill reads, with its default. A description is what `.env.example` says of it, and a variable
 * marked `secret` may also come as `NAME_FILE`, the path of a file that holds the value.
 */
export const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('production never prints the key or uses the rate snapshot'),
  HOST: z.string().default('127.0.0.1').describe('the address to listen on; 0.0.0.0 in a container'),
  PORT: port.optional().describe('the public port; unset: 8000 or the next free one; 0: any free one'),
  OPS_PORT: port
    .optional()
    .describe('a port of its own for /livez, /readyz and /metrics; a worker without it takes 8001'),
  PUBLIC_URL: httpUrl
    .optional()
    .describe(
      'how browsers reach this API; unset: by localhost, HOST, an IP address, or the X-Forwarded-Host of a trusted proxy',
    ),
  TRUST_PROXY: trustedProxies
    .optional()
    .describe(
      'the addresses and networks (CIDR) of the proxies in front, whose X-Forwarded-For, -Proto and -Host then count; ' +
        'also loopback, linklocal and uniquelocal; unset: none',
    ),
  TLS_CERT: certificate
    .optional()
    .meta({ secret: true })
    .describe('the certificate chain (PEM) to serve TLS with; usually as TLS_CERT_FILE'),
  TLS_KEY: privateKey
    .optional()
    .meta({ secret: true })
    .describe('its private key (PEM); usually as TLS_KEY_FILE'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((origin) => origin.trim() || []))
    .refine(
      (list) => list.every(isOrigin),
      'must be origins such as https://example.com, separated by commas',
    )
    .describe('whose pages may use this API from a browser, besides its own; separated by commas'),
  LIMIT_PRINCIPAL_PER_MINUTE: positive
    .max(1_000_000)
    .default(600)
    .describe('requests that a session or an API key may make in a minute'),
  LIMIT_ADDRESS_PER_MINUTE: positive
    .max(1_000_000)
    .default(1_200)
    .describe('requests that may come from one address in a minute'),
  LIMIT_SESSIONS_PER_MINUTE: positive
    .max(1_000_000)
    .default(30)
    .describe('sessions that one address may open in a minute'),
  LIMIT_BAD_CREDENTIALS_PER_MINUTE: positive
    .max(1_000_000)
    .default(120)
    .describe('unknown API keys and sessions that one address may present in a minute'),
  DATA_DIR: z.string().default('.data').describe('where the embedded parts and the bootstrap key live'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
    .optional()
    .meta({ secret: true })
    .describe('PostgreSQL 15 or newer; unset: the embedded one'),
  DATABASE_POOL_SIZE: positive.max(200).default(10).describe('connections a process'),
  REDIS_URL: redisAddress
    .optional()
    .meta({ secret: true })
    .describe(
      'Redis 6.2 or newer for queues, cache and limits: a redis(s):// URL, or several separated by commas for a ' +
        'Redis Cluster; unset: queues in PostgreSQL, cache and limits in memory',
    ),
  CACHE_REDIS_URL: redisAddress
    .optional()
    .meta({ secret: true })
    .describe('a Redis of its own for the cache, which may evict; unset: REDIS_URL'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .default('waybill')
    .describe('what every key in Redis begins with; one for each deployment that shares a Redis'),
  BOOTSTRAP_ADMIN_KEY: z
    .string()
    .min(32, 'must have 32 characters or more')
    .regex(/^[\x21-\x7e]*$/, 'must be of visible ASCII characters without spaces, to fit a header')
    .max(256)
    .optional()
    .meta({ secret: true })
    .describe("the first administrator's API key; unset: made once and kept in DATA_DIR/admin.key"),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('the least severe log line that is written'),
  LOG_SQL: flag.default(false).describe('log what the ORM sends to PostgreSQL, without its parameters'),
  BODY_LIMIT_BYTES: positive.max(16_777_216).default(262_144).describe('the largest JSON body that is read'),
  SESSION_UNUSED_HOURS: positive
    .max(8_760)
    .default(24)
    .describe('after how long a session that owns nothing is purged'),
  SESSION_TTL_DAYS: positive.max(365).default(30).describe('how long an anonymous session lives'),
  STAFF_SESSION_TTL_HOURS: positive.max(720).default(12).describe('how long a sign-in holds at most'),
  STAFF_SESSION_IDLE_MINUTES: positive.max(43_200).default(60).describe('how long a sign-in holds unused'),
  LOGIN_WINDOW_MINUTES: positive.max(1_440).default(15).describe('the time that failed sign-ins count in'),
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: positive
    .max(1_000_000)
    .default(10)
    .describe(
      'failed sign-ins to one account in that time before one address waits; as many for a known device, and for ' +
        'wrong present passwords in a session',
    ),
  LOGIN_FAILURES_PER_ACCOUNT: positive
    .max(1_000_000)
    .default(100)
    .describe('failed sign-ins to one account in that time before every address waits; known devices do not'),
  LOGIN_FAILURES_PER_ADDRESS: positive
    .max(1_000_000)
    .default(50)
    .describe('failed sign-ins in that time before an address waits, whatever the account'),
  LOGIN_DEVICE_DAYS: positive.max(365).default(90).describe('how long a device is known after a sign-in'),
  AUDIT_RETENTION_MONTHS: positive.max(600).default(36).describe('how long the audit log is kept'),
  REGISTRATION_ATTEMPTS: positive.max(50).default(5).describe('attempts before a registration is failed'),
  REGISTRATION_BACKOFF_MS: positive
    .max(600_000)
    .default(1_000)
    .describe('the first pause between attempts; it doubles'),
  REGISTRATION_REQUEUE_AFTER_SECONDS: positive
    .max(3_600)
    .default(60)
    .describe('seconds after which a pending registration is enqueued again'),
  REGISTRATIONS_PENDING_LIMIT: positive
    .max(10_000_000)
    .default(100_000)
    .describe('pending registrations from which on new ones are refused with 503'),
  WORKER_CONCURRENCY: positive.max(500).default(10).describe('jobs that a worker process runs at once'),
  CBR_JSON_URL: httpUrl
    .default('https://www.cbr-xml-daily.ru/daily_json.js')
    .describe('the JSON mirror of the Bank of Russia'),
  CBR_XML_URL: httpUrl
    .default('https://www.cbr.ru/scripts/XML_daily.asp')
    .describe("the bank's own XML; date_req is added"),
  CBR_TIMEOUT_MS: positive.max(60_000).default(3_000).describe('how long one request to either may take'),
  RATE_MAX_AGE_DAYS: positive
    .max(365)
    .default(14)
    .describe('how old a list may be that prices a day when asking fails'),
  JOB_SCHEDULES: jobSchedules
    .default(new Map())
    .describe(
      'cron expressions in place of those in GET /api/v1/admin/jobs, in the time zones shown there: ' +
        'price-pending=*/2 * * * *; purge-sessions=0 3 * * *',
    ),
  JOB_POLL_MS: positive
    .min(50)
    .max(60_000)
    .default(5_000)
    .describe('how often a worker looks for due job runs besides their cron times'),
  JOB_RUNS_KEEP_DAYS: positive.min(2).max(365).default(7).describe('how long runs of jobs are remembered'),
});

export type Environment = z.infer<typeof environment>;

/** The names of the variables that may come from a file. */
export const secretNames = Object.entries(environment.shape)
  .filter(([, schema]) => schema.meta()?.secret === true)
  .map(([name]) => name);
