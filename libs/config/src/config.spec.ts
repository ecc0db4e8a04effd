import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from '../../../test/support/certificate';
import { ConfigurationError, loadConfig, type Role } from './config';

const faultsOf = (env: NodeJS.ProcessEnv, role: Role = 'all'): string[] => {
  try {
    loadConfig(role, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  throw new Error('No fault was found');
};

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig('all', {});
    expect(config).toMatchObject({
      role: 'all',
      production: false,
      host: '127.0.0.1',
      rates: { snapshot: true, timeoutMs: 3_000 },
    });
    expect(config.port).toBeUndefined();
    expect(config.database.url).toBeUndefined();
  });

  it('lists every fault in one message', () => {
    const env = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      BOOTSTRAP_ADMIN_KEY: 'short',
      CBR_JSON_URL: 'file:///etc/passwd',
    };
    const faults = faultsOf(env);
    expect(faults).toHaveLength(4);
    for (const name of Object.keys(env)) expect(faults.join('\n')).toContain(`${name}: `);
  });

  it('refuses a key that cannot be sent in an Authorization header', () => {
    expect(faultsOf({ BOOTSTRAP_ADMIN_KEY: 'a key of more than 32 characters in all' }).join()).toContain(
      'BOOTSTRAP_ADMIN_KEY: ',
    );
  });

  it('reads cron expressions by job name', () => {
    const { schedules } = loadConfig('all', {
      JOB_SCHEDULES: 'price-pending=*/2 * * * *; purge-sessions = 0 0 3 * * mon-fri ;',
    }).jobs;
    expect([...schedules]).toEqual([
      ['price-pending', '*/2 * * * *'],
      ['purge-sessions', '0 0 3 * * mon-fri'],
    ]);
  });

  it.each([
    ['price-pending', 'can\'t read "price-pending"'],
    ['price-pending=61 * * * *', 'can\'t read "price-pending=61 * * * *"'],
    ['price-pending=* * * *', "can't read"],
    ['price-pending=0 0 31 2 *', "can't read"],
    ['price-pending=0 0 L * *', "can't read"],
    ['price-pending=@daily', "can't read"],
    ['=* * * * *', "can't read"],
    ['a=* * * * *;a=* * * * *', 'names the job a twice'],
  ])('refuses the schedules %s', (schedules, fault) => {
    expect(faultsOf({ JOB_SCHEDULES: schedules })).toEqual([expect.stringContaining(`JOB_SCHEDULES: `)]);
    expect(faultsOf({ JOB_SCHEDULES: schedules }).join()).toContain(fault);
  });

  it('treats an empty variable as unset', () => {
    expect(loadConfig('all', { PORT: '', DATABASE_URL: '' }).port).toBeUndefined();
  });

  it('never uses the rate snapshot in production or on a configured database', () => {
    expect(loadConfig('all', { NODE_ENV: 'production' }).rates.snapshot).toBe(false);
    expect(loadConfig('all', { DATABASE_URL: 'postgres://localhost/x' }).rates.snapshot).toBe(false);
  });

  it.each<Role>(['api', 'worker'])(
    'refuses the role %s without the services that a fleet shares, in one message',
    (role) => {
      const faults = faultsOf({ PORT: 'http' }, role);
      expect(faults).toHaveLength(3);
      expect(faults[0]).toContain('PORT: ');
      expect(faults[1]).toContain(`DATABASE_URL: required by the role ${role}`);
      expect(faults[2]).toContain(`REDIS_URL: required by the role ${role}`);
      const config = loadConfig(role, { DATABASE_URL: 'postgres://db/x', REDIS_URL: 'redis://cache' });
      expect(config.role).toBe(role);
    },
  );

  it('migrates the configured database, never an embedded one', () => {
    expect(loadConfig('migrate', { DATABASE_URL: 'postgres://db/x' }).role).toBe('migrate');
    expect(faultsOf({}, 'migrate').join()).toContain('DATABASE_URL: required by the role migrate');
  });

  describe('Redis', () => {
    it('is not used unless it is configured', () => {
      expect(loadConfig('all', {}).redis).toEqual({ queue: undefined, cache: undefined, prefix: 'waybill' });
    });

    it('has one URL for everything, or a separate one for the cache', () => {
      const { redis } = loadConfig('all', { REDIS_URL: 'redis://one', CACHE_REDIS_URL: 'redis://two:7000' });
      expect(redis.queue?.nodes).toEqual([{ host: 'one', port: 6379 }]);
      expect(redis.cache?.nodes).toEqual([{ host: 'two', port: 7000 }]);
      const shared = loadConfig('all', { REDIS_URL: 'redis://one' }).redis;
      expect(shared.cache).toEqual(shared.queue);
    });

    it('may have a user, a password, a database number, TLS and a prefix', () => {
      const { redis } = loadConfig('all', {
        REDIS_URL: 'rediss://user:p%40ss@[::1]:6380/3',
        REDIS_PREFIX: 'staging',
      });
      expect(redis.prefix).toBe('staging');
      expect(redis.queue).toEqual({
        nodes: [{ host: '::1', port: 6380 }],
        username: 'user',
        password: 'p@ss',
        database: 3,
        tls: true,
      });
    });

    it('is a cluster if several nodes are listed', () => {
      const { redis } = loadConfig('all', { REDIS_URL: 'redis://:pw@a:1, redis://:pw@b:2,redis://:pw@c' });
      expect(redis.queue).toEqual({
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
          { host: 'c', port: 6379 },
        ],
        password: 'pw',
        database: 0,
        tls: false,
      });
    });

    it.each([
      ['http://host', 'must be a redis:// or rediss:// URL'],
      ['host:6379', 'must be a redis:// or rediss:// URL'],
      ['redis://', 'must be a redis:// or rediss:// URL'],
      ['redis://a,', 'must be a redis:// or rediss:// URL'],
      ['redis://a/first', 'must be a redis:// or rediss:// URL'],
      ['redis://a?db=1', 'must be a redis:// or rediss:// URL'],
      ['redis://:%zz@a', 'must be a redis:// or rediss:// URL'],
      ['redis://a,rediss://b', 'the same scheme, user and password'],
      ['redis://:s3cret@a,redis://:other@b', 'the same scheme, user and password'],
      ['redis://a/1,redis://b/1', 'must not select a database'],
    ])('cannot be %s', (url, fault) => {
      const faults = faultsOf({ REDIS_URL: url, CACHE_REDIS_URL: url });
      expect(faults).toHaveLength(2);
      expect(faults[0]).toContain('REDIS_URL: ');
      expect(faults[1]).toContain('CACHE_REDIS_URL: ');
      for (const message of faults) expect(message).toContain(fault);
      expect(faults.join()).not.toContain('s3cret');
    });

    it('is a cluster of at most 100 listed nodes', () => {
      const nodes = Array.from({ length: 101 }, (_, index) => `redis://node-${index}`);
      expect(loadConfig('all', { REDIS_URL: nodes.slice(1).join() }).redis.queue?.nodes).toHaveLength(100);
      expect(faultsOf({ REDIS_URL: nodes.join() }).join()).toContain('must have at most 100 nodes');
    });

    it('refuses a prefix that would break its keys', () => {
      expect(faultsOf({ REDIS_PREFIX: 'a{b}' }).join()).toContain('REDIS_PREFIX: must be');
    });
  });

  describe('the message broker', () => {
    const brokerOf = (env: NodeJS.ProcessEnv) => loadConfig('all', env).broker;

    it('is embedded unless it is configured, in each role', () => {
      expect(brokerOf({})).toEqual({
        address: undefined,
        certificateAuthority: undefined,
        credentials: undefined,
        prefix: 'waybill',
      });
      const fleet = { DATABASE_URL: 'postgres://db/x', REDIS_URL: 'redis://cache' };
      expect(loadConfig('worker', fleet).broker.address).toBeUndefined();
    });

    it('is NATS or RabbitMQ, depending on the scheme', () => {
      const ca = selfSignedCertificate().cert;
      expect(
        brokerOf({ BROKER_URL: 'tls://me:p%40ss@a,tls://me:p%40ss@[::1]:4223', BROKER_TLS_CA: ca }),
      ).toEqual({
        address: {
          product: 'nats',
          servers: [
            { host: 'a', port: 4222 },
            { host: '::1', port: 4223 },
          ],
          username: 'me',
          password: 'p@ss',
          tls: true,
          virtualHost: '/',
        },
        certificateAuthority: ca,
        credentials: undefined,
        prefix: 'waybill',
      });
      expect(brokerOf({ BROKER_URL: 'amqp://me:pw@a/orders%2Feu', BROKER_PREFIX: 'staging' })).toMatchObject({
        address: {
          product: 'rabbitmq',
          servers: [{ host: 'a', port: 5672 }],
          tls: false,
          virtualHost: 'orders/eu',
        },
        prefix: 'staging',
      });
      const { address } = brokerOf({ BROKER_URL: 'amqps://rabbit/' });
      expect(address).toMatchObject({ servers: [{ port: 5671 }], tls: true, virtualHost: '/' });
    });

    it('takes a NATS credentials file or an NKey seed', () => {
      const seed = `SU${'A'.repeat(56)}`;
      const file = `-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\n${seed}`;
      for (const BROKER_CREDENTIALS of [seed, file])
        expect(brokerOf({ BROKER_URL: 'nats://a', BROKER_CREDENTIALS }).credentials).toBe(BROKER_CREDENTIALS);
      expect(faultsOf({ BROKER_URL: 'nats://a', BROKER_CREDENTIALS: 'password' })).toEqual([
        expect.stringContaining('BROKER_CREDENTIALS: must be a NATS credentials file'),
      ]);
    });

    it.each([
      ['kafka://a', 'must be a nats:// or tls:// URL (NATS), or an amqp:// or amqps:// URL (RabbitMQ)'],
      ['localhost:4222', 'must be a nats:// or tls:// URL'],
      ['nats://', 'must be a nats:// or tls:// URL'],
      ['nats://a/path', 'must be a nats:// or tls:// URL'],
      ['amqp://a/b/c', 'must be a nats:// or tls:// URL'],
      ['amqp://a?heartbeat=5', 'must be a nats:// or tls:// URL'],
      ['nats://:%zz@a', 'must be a nats:// or tls:// URL'],
      ['nats://a,amqp://b', 'must use the same scheme, user, password and virtual host'],
      ['nats://me:s3cret@a,nats://me:other@b', 'must use the same scheme, user, password and virtual host'],
      ['amqp://a/x,amqp://b/y', 'must use the same scheme, user, password and virtual host'],
    ])('cannot be %s', (BROKER_URL, fault) => {
      const faults = faultsOf({ BROKER_URL });
      expect(faults).toEqual([expect.stringContaining(`BROKER_URL: ${fault}`)]);
      expect(faults.join()).not.toContain('s3cret');
    });

    it('refuses settings that its URL makes meaningless', () => {
      const [ca, seed] = [selfSignedCertificate().cert, `SU${'A'.repeat(56)}`];
      const faults = (env: NodeJS.ProcessEnv) => faultsOf(env).join();
      expect(faults({ BROKER_URL: 'nats://a', BROKER_TLS_CA: ca })).toMatch(
        /^BROKER_TLS_CA: works only with/,
      );
      expect(faults({ BROKER_TLS_CA: ca })).toMatch(/^BROKER_TLS_CA: works only with/);
      expect(faults({ BROKER_URL: 'amqp://a', BROKER_CREDENTIALS: seed })).toMatch(
        /^BROKER_CREDENTIALS: works/,
      );
      expect(faults({ BROKER_URL: 'nats://me:pw@a', BROKER_CREDENTIALS: seed })).toMatch(
        /set only one of them/,
      );
      expect(faults({ BROKER_PREFIX: 'a.b' })).toMatch(/^BROKER_PREFIX: must be/);
    });
  });

  describe('a secret from a file', () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'waybill-config-'))));
    afterEach(() => rmSync(directory, { recursive: true }));

    it('is read without the line break that editors add', () => {
      const file = join(directory, 'key');
      writeFileSync(file, `${'k'.repeat(40)}\n`);
      expect(loadConfig('all', { BOOTSTRAP_ADMIN_KEY_FILE: file }).bootstrapAdminKey).toBe('k'.repeat(40));
    });

    it('is refused when it cannot be read, and when the variable is set too', () => {
      expect(faultsOf({ REDIS_URL_FILE: join(directory, 'none') }).join()).toContain(
        'REDIS_URL_FILE: ENOENT',
      );
      const file = join(directory, 'key');
      writeFileSync(file, 'k'.repeat(40));
      const twice = { BOOTSTRAP_ADMIN_KEY: 'x'.repeat(40), BOOTSTRAP_ADMIN_KEY_FILE: file };
      expect(faultsOf(twice).join()).toContain('BOOTSTRAP_ADMIN_KEY: also set as BOOTSTRAP_ADMIN_KEY_FILE');
    });
  });

  it('accepts a certificate only with its matching key', () => {
    const { cert, key } = selfSignedCertificate();
    const other = selfSignedCertificate();
    expect(loadConfig('all', { TLS_CERT: cert, TLS_KEY: key }).tls).toEqual({ cert, key });
    expect(loadConfig('all', {}).tls).toBeUndefined();
    expect(faultsOf({ TLS_CERT: cert })).toEqual(['TLS_KEY: required when TLS_CERT is set']);
    expect(faultsOf({ TLS_KEY: key })).toEqual(['TLS_CERT: required when TLS_KEY is set']);
    expect(faultsOf({ TLS_CERT: 'no', TLS_KEY: 'no' })).toHaveLength(2);
    const [fault, ...more] = faultsOf({ TLS_CERT: cert, TLS_KEY: other.key });
    expect(fault).toMatch(/^TLS_CERT, TLS_KEY: can't be used together: \w+$/);
    expect(more).toEqual([]);
  });

  it('accepts trusted proxies as addresses and networks', () => {
    const proxies = (TRUST_PROXY: string) => loadConfig('all', { TRUST_PROXY }).trustProxy;
    expect(loadConfig('all', {}).trustProxy).toBeUndefined();
    expect(proxies('10.0.0.0/8, ::1,loopback')).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    for (const wrong of ['1', 'true', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', 'proxy.example', '10.0.0.1,'])
      expect(faultsOf({ TRUST_PROXY: wrong })).toEqual([expect.stringMatching(/^TRUST_PROXY: must be/)]);
  });
});
