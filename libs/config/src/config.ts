import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { brokerFaults } from './broker-address';
import { environment, secretNames, type Environment } from './environment';
import { tlsFaults } from './tls';

/**
 * Role of a process: `api` serves HTTP, `worker` runs jobs and schedules, `all` does both; `migrate` migrates the
 * database and exits.
 */
export type Role = 'api' | 'worker' | 'all' | 'migrate';
export const roles: readonly Role[] = ['api', 'worker', 'all', 'migrate'];

const FLEET = ['DATABASE_URL', 'REDIS_URL'] as const;

/** Every fault in the environment, in one message. */
export class ConfigurationError extends Error {
  constructor(readonly faults: string[]) {
    super(
      faults.length === 1
        ? `Invalid configuration: ${faults[0]}.`
        : `Invalid configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
}

/** Validated, typed configuration of one process. No other code reads the environment. */
export type Config = ReturnType<typeof toConfig>;

/**
 * Reads and validates the environment of a process.
 * @throws ConfigurationError that lists every fault.
 */
export function loadConfig(role: Role, env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const given = withSecretFiles(withoutEmpty(env), faults);
  const parsed = environment.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) faults.push(faultOf(issue, given));
  faults.push(...missingFor(role, given));
  if (parsed.success) faults.push(...tlsFaults(parsed.data), ...brokerFaults(parsed.data));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return toConfig(role, parsed.data);
}

// Shows short values only, and never a secret.
function faultOf(issue: z.core.$ZodIssue, given: NodeJS.ProcessEnv): string {
  const name = issue.path.join('.');
  const value = given[name];
  const isShown = value !== undefined && !secretNames.includes(name) && value.length <= 40;
  return `${name}: ${requirementOf(issue)}${isShown ? `; got "${value}"` : ''}`;
}

function requirementOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return 'must be a whole number';
  if (issue.code === 'too_small') return `must ${bound(issue.origin, `${issue.minimum}`)} or more`;
  if (issue.code === 'too_big') return `must ${bound(issue.origin, `at most ${issue.maximum}`)}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message;
}

const bound = (origin: string, limit: string): string =>
  origin === 'string' ? `have ${limit} characters` : `be ${limit}`;

// `NAME=` in an env file or a compose file means "not set".
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function withSecretFiles(env: NodeJS.ProcessEnv, faults: string[]): NodeJS.ProcessEnv {
  const result = { ...env };
  for (const name of secretNames) {
    const file = env[`${name}_FILE`];
    if (file === undefined) continue;
    if (env[name] !== undefined) {
      faults.push(`${name}: also set as ${name}_FILE; set only one of them`);
      continue;
    }
    try {
      result[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      faults.push(`${name}_FILE: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}: ${file}`);
    }
  }
  return result;
}

// Only `all` has embedded parts: other processes share their services with the fleet.
function missingFor(role: Role, env: NodeJS.ProcessEnv): string[] {
  const needed = { all: [], migrate: ['DATABASE_URL'], api: FLEET, worker: FLEET } as const;
  return needed[role]
    .filter((name) => env[name] === undefined && env[`${name}_FILE`] === undefined)
    .map(
      (name) =>
        `${name}: required by the role ${role}, which shares it with other processes; optional only for "all"`,
    );
}

function toConfig(role: Role, env: Environment) {
  const production = env.NODE_ENV === 'production';
  return {
    role,
    production,
    host: env.HOST,
    port: env.PORT,
    opsPort: env.OPS_PORT ?? (role === 'worker' ? 8001 : undefined),
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    tls: env.TLS_CERT && env.TLS_KEY ? { cert: env.TLS_CERT, key: env.TLS_KEY } : undefined,
    corsOrigins: env.CORS_ORIGINS,
    limits: limitsConfig(env),
    dataDir: resolve(env.DATA_DIR),
    bodyLimitBytes: env.BODY_LIMIT_BYTES,
    bootstrapAdminKey: env.BOOTSTRAP_ADMIN_KEY,
    database: { url: env.DATABASE_URL, poolSize: env.DATABASE_POOL_SIZE, logSql: env.LOG_SQL },
    redis: { queue: env.REDIS_URL, cache: env.CACHE_REDIS_URL ?? env.REDIS_URL, prefix: env.REDIS_PREFIX },
    broker: {
      address: env.BROKER_URL,
      certificateAuthority: env.BROKER_TLS_CA,
      credentials: env.BROKER_CREDENTIALS,
      prefix: env.BROKER_PREFIX,
    },
    logLevel: env.LOG_LEVEL,
    sessionTtlDays: env.SESSION_TTL_DAYS,
    ...accessOf(env),
    sessionUnusedHours: env.SESSION_UNUSED_HOURS,
    worker: { concurrency: env.WORKER_CONCURRENCY },
    ...modulesConfig(env),
    jobs: jobsConfig(env),
    rates: {
      jsonUrl: env.CBR_JSON_URL,
      xmlUrl: env.CBR_XML_URL,
      timeoutMs: env.CBR_TIMEOUT_MS,
      maxAgeDays: env.RATE_MAX_AGE_DAYS,
      // Use the rate snapshot only for a trial run: its rates are out of date.
      snapshot: !production && env.DATABASE_URL === undefined,
    },
  };
}

// Sign-in limits, and retention of the audit log.
function accessOf(env: Environment) {
  return {
    staffSessions: { ttlHours: env.STAFF_SESSION_TTL_HOURS, idleMinutes: env.STAFF_SESSION_IDLE_MINUTES },
    login: {
      windowMinutes: env.LOGIN_WINDOW_MINUTES,
      failuresPerAccountAndAddress: env.LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS,
      failuresPerAccount: env.LOGIN_FAILURES_PER_ACCOUNT,
      failuresPerAddress: env.LOGIN_FAILURES_PER_ADDRESS,
      deviceDays: env.LOGIN_DEVICE_DAYS,
    },
    audit: { retentionMonths: env.AUDIT_RETENTION_MONTHS },
  };
}

const limitsConfig = (env: Environment) => ({
  principalPerMinute: env.LIMIT_PRINCIPAL_PER_MINUTE,
  addressPerMinute: env.LIMIT_ADDRESS_PER_MINUTE,
  sessionsPerMinute: env.LIMIT_SESSIONS_PER_MINUTE,
  badCredentialsPerMinute: env.LIMIT_BAD_CREDENTIALS_PER_MINUTE,
});

const modulesConfig = (env: Environment) => ({
  registrations: registrationsConfig(env),
  imports: importsConfig(env),
  orders: { cacheBytes: env.ORDERS_CACHE_MB * 1024 * 1024, warmCount: env.ORDERS_WARM_COUNT },
  tickets: { autoCloseDays: env.TICKETS_AUTO_CLOSE_DAYS },
});

const registrationsConfig = (env: Environment) => ({
  attempts: env.REGISTRATION_ATTEMPTS,
  backoffMs: env.REGISTRATION_BACKOFF_MS,
  requeueAfterSeconds: env.REGISTRATION_REQUEUE_AFTER_SECONDS,
  pendingLimit: env.REGISTRATIONS_PENDING_LIMIT,
});

const importsConfig = (env: Environment) => ({
  limitBytes: env.IMPORT_LIMIT_BYTES,
  pendingLimit: env.IMPORTS_PENDING_LIMIT,
  requeueAfterSeconds: env.IMPORT_REQUEUE_AFTER_SECONDS,
  keepDays: env.IMPORTS_KEEP_DAYS,
});

const jobsConfig = (env: Environment) => ({
  pollMs: env.JOB_POLL_MS,
  schedules: env.JOB_SCHEDULES,
  runsKeepDays: env.JOB_RUNS_KEEP_DAYS,
});
