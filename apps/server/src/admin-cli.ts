import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { type Config, ConfigModule, ConfigurationError, loadConfig, readEnvironment } from '@waybill/config';
import {
  DatabaseModule,
  EmbeddedPostgresError,
  migrate,
  runningEmbeddedPostgres,
  startEmbeddedPostgres,
  WorkContext,
} from '@waybill/database';
import { DomainError, validateBody } from '@waybill/http';
import { readPassword } from './read-password';
import { schema } from './schema';
import { CreateUserDto, roles, UsersModule, UsersService } from './sessions';

const USAGE = `npm run admin -- create-user --email <address> --role <${roles.join('|')}> [--generate-password]

Adds a user who may sign in. The password is asked for, or read from the first line of standard input, or made and
printed once with --generate-password. Works beside a running server and without one.
`;

/** What was asked for can't be done; the message is meant for whoever typed it. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const { positionals, values } = readArguments();
  if (values.help) return void process.stdout.write(USAGE);
  if (positionals.join(' ') !== 'create-user') throw new UsageError(`Which command?\n\n${USAGE}`);
  const generated = values['generate-password'] ? randomBytes(18).toString('base64url') : undefined;
  const password = generated ?? (await readPassword(`Password of ${values.email}: `));
  const user = await validateBody(CreateUserDto, { email: values.email, role: values.role, password });
  await withDatabase(loadConfig('all', readEnvironment()), (config, url) => createUser(config, url, user));
  process.stdout.write(`${user.email} may sign in as ${user.role}.\n`);
  if (generated) process.stdout.write(`The password, shown this once: ${generated}\n`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        email: { type: 'string' },
        role: { type: 'string' },
        'generate-password': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** The configured PostgreSQL, or that of the server that runs on the data folder, or for the while one of our own on it. */
async function withDatabase(
  config: Config,
  work: (config: Config, url: string) => Promise<void>,
): Promise<void> {
  const there = config.database.url ?? (await runningEmbeddedPostgres(config.dataDir));
  if (there !== undefined) return work(config, there);
  const embedded = await startEmbeddedPostgres({ dir: config.dataDir });
  try {
    await work(config, embedded.url);
  } finally {
    await embedded.stop();
  }
}

async function createUser(config: Config, url: string, user: CreateUserDto): Promise<void> {
  await migrate({ url, migrations: schema.migrations });
  class CommandModule {}
  const imports = [
    ConfigModule.register(config),
    DatabaseModule.register({ url, poolSize: 2, logSql: false }),
    UsersModule,
  ];
  const app = await NestFactory.createApplicationContext(
    { module: CommandModule, imports },
    { logger: ['error'], abortOnError: false },
  );
  try {
    await app.get(UsersService).add(new WorkContext(), user, { kind: 'command_line' });
  } finally {
    await app.close();
  }
}

function sayOf(error: Error): string {
  if (error instanceof DomainError)
    return [error.message, ...(error.extras.errors ?? []).map((at) => `${at.pointer}: ${at.detail}`)].join(
      '\n',
    );
  const isMeantForPeople = [UsageError, ConfigurationError, EmbeddedPostgresError].some(
    (type) => error instanceof type,
  );
  return isMeantForPeople ? error.message : String(error.stack);
}

main().catch((error: Error) => {
  process.stderr.write(`${sayOf(error)}\n`);
  process.exitCode = 1;
});
