import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { environment, secretNames } from '../../libs/config/src/environment';
import { loadConfig, roles } from '../../libs/config/src/config';
import { projectRoot } from './planted-tree';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
}

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const compose = load(read('docker-compose.yml'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as Compose;
const dockerfile = read('docker/Dockerfile');

const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'waybill');
const known = [...Object.keys(environment.shape), ...secretNames.map((name) => `${name}_FILE`)];

describe('docker-compose.yml', () => {
  it('runs each role of a fleet', () => {
    const commands = ours.flatMap(([, { command }]) => command ?? []);
    expect(commands.toSorted()).toEqual(roles.filter((role) => role !== 'all').toSorted());
  });

  it.each(ours)(
    'gives %s variables that exist, and its secrets by files that are mounted',
    (_name, service) => {
      const variables = Object.entries(service.environment ?? {});
      expect(variables.length).toBeGreaterThan(0);
      expect(known).toEqual(expect.arrayContaining(variables.map(([name]) => name)));
      for (const secret of secretNames) expect(variables.map(([name]) => name)).not.toContain(secret);
      const files = variables.filter(([name]) => name.endsWith('_FILE')).map(([, file]) => file);
      expect(files).toEqual(service.secrets?.map((secret) => `/run/secrets/${secret}`));
    },
  );

  it.each(ours)('gives %s a configuration that boots', (_name, { command, environment: given }) => {
    const values: Record<string, string> = {
      DATABASE_URL: 'postgres://waybill:pw@postgres:5432/waybill',
      REDIS_URL: 'redis://:pw@redis:6379',
      BOOTSTRAP_ADMIN_KEY: 'k'.repeat(48),
    };
    const variables = Object.entries(given ?? {}).map(([name, value]) => {
      const secret = name.replace(/_FILE$/, '');
      return name.endsWith('_FILE') ? [secret, values[secret]] : [name, value];
    });
    const env = { ...imageEnvironment(), ...Object.fromEntries(variables) };
    expect(loadConfig(command?.[0] as 'api', env)).toMatchObject({
      production: true,
      host: '0.0.0.0',
      opsPort: 8001,
    });
  });

  it('mounts only secrets that make-secrets.sh creates', () => {
    const made = [...read('docker/make-secrets.sh').matchAll(/>(\w+)$/gm)].map(([, name]) => name);
    expect(made.toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    for (const [name, { file }] of Object.entries(compose.secrets))
      expect(file).toBe(`docker/secrets/${name}`);
  });

  it('starts each service when its dependencies are healthy, and migrates once before', () => {
    const waits = ours.map(([name, { depends_on: needs }]) => [
      name,
      Object.fromEntries(Object.entries(needs ?? {}).map(([needed, { condition }]) => [needed, condition])),
    ]);
    const migrated = { migrate: 'service_completed_successfully', redis: 'service_healthy' };
    expect(Object.fromEntries(waits)).toEqual({
      migrate: { postgres: 'service_healthy' },
      api: migrated,
      worker: { ...migrated, api: 'service_healthy' },
    });
    expect(dockerfile).toMatch(/^HEALTHCHECK/m);
    for (const service of ['postgres', 'redis'])
      expect(compose.services[service]?.healthcheck?.test).toBeDefined();
  });

  it('gives the queues a Redis that evicts no keys', () => {
    expect(compose.services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

describe('docker/Dockerfile', () => {
  it('sets variables that exist', () => {
    expect(known).toEqual(expect.arrayContaining(Object.keys(imageEnvironment())));
  });

  it('runs as an unprivileged user', () => {
    expect(dockerfile.split(/^FROM /m).at(-1)).toMatch(/^USER node$/m);
  });

  it('copies only files that are sent to the builder', () => {
    const sent = read('.dockerignore')
      .split('\n')
      .flatMap((line) => /^!(.+)/.exec(line)?.[1] ?? []);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
      list!.split(' '),
    );
    expect([...new Set(copied)].toSorted()).toEqual(sent.toSorted());
  });
});

describe('.github/workflows/ci.yml', () => {
  it('runs .ci/run with the services that it requires', () => {
    const { jobs } = load(read('.github/workflows/ci.yml')) as {
      jobs: { checks: { services: Record<string, unknown>; steps: { run?: string }[] } };
    };
    const required = /REQUIRE_SERVICES-([\w,]+)/.exec(read('.ci/run'))?.[1]?.split(',');
    const commands = jobs.checks.steps.map(({ run = '' }) => run);
    // The image of NATS starts JetStream only with an argument, which a service of a workflow can't have.
    const started = commands.some((run) => /^nats-server --jetstream /m.test(run)) ? ['nats'] : [];
    expect([...Object.keys(jobs.checks.services), ...started].toSorted()).toEqual(required?.toSorted());
    expect(commands).toContain('bash .ci/run');
  });
});

/** Variables that `ENV` sets in the image. */
function imageEnvironment(): Record<string, string> {
  const block = /^ENV ((?:.+\\\n)*.+)$/m.exec(dockerfile)?.[1] ?? '';
  return Object.fromEntries(block.split(/\s*\\\n\s*/).map((pair) => pair.split('=') as [string, string]));
}
