import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { type Config, ConfigModule, loadConfig } from '@waybill/config';
import { DomainError, type FieldError, TransactionContext } from '@waybill/core';
import { DatabaseModule, migrate } from '@waybill/database';
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '@waybill/embedded-postgres';
import { type Command, commands, type Options, type ReadPassword, USAGE, usageOf } from './admin-commands';
import { schema } from './schema';
import { StaffAdministration, StaffAdministrationModule } from './sessions';
import { startErrorText, UsageError } from './start-errors';

/** What a command reads from its process. */
export interface CommandInput {
  environment(): NodeJS.ProcessEnv;
  readPassword: ReadPassword;
}

/** Runs `npm run admin -- <command> …`. @returns the text to print */
export async function runAdminCommand(
  [name, ...args]: string[],
  { environment, readPassword }: CommandInput,
): Promise<string> {
  if (name === undefined || name === '--help' || name === 'help') return USAGE;
  const command = commands[name];
  if (!command) throw new UsageError(`Unknown command "${name}".\n\n${USAGE}`);
  const options = readOptions(name, command, args);
  if (options.help) return usageOf(name, command);
  const work = await command.prepare(options, readPassword);
  return withDatabase(loadConfig('all', environment()), work);
}

function readOptions(name: string, command: Command, args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: { ...command.options, help: { type: 'boolean' } },
    });
    return values as Options;
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/(?<=\.) |\n/, 1);
    throw new UsageError(`${sentence.replace(/\.?$/, '.')}\n\n${usageOf(name, command)}`);
  }
}

type Work = (administration: StaffAdministration, ctx: TransactionContext) => Promise<string>;

/**
 * Opens the configured PostgreSQL, that of the server running on the data directory, or a temporary embedded one on it.
 */
async function withDatabase(config: Config, work: Work): Promise<string> {
  const there = config.database.url ?? (await runningEmbeddedPostgres(config.dataDir));
  if (there !== undefined) return onDatabase(config, there, work);
  const embedded = await startEmbeddedPostgres({ dir: config.dataDir });
  try {
    return await onDatabase(config, embedded.url, work);
  } finally {
    await embedded.stop();
  }
}

async function onDatabase(config: Config, url: string, work: Work): Promise<string> {
  await migrate({ url, migrations: schema.migrations });
  class CommandModule {}
  const imports = [
    ConfigModule.register(config),
    DatabaseModule.register({ url, poolSize: 2, logSql: false }),
    StaffAdministrationModule,
  ];
  const app = await NestFactory.createApplicationContext(
    { module: CommandModule, imports },
    { logger: ['error'], abortOnError: false },
  );
  try {
    return await work(app.get(StaffAdministration), new TransactionContext());
  } finally {
    await app.close();
  }
}

/** Returns the text for an error of a command. */
export function textOfFailure(error: Error): string {
  return (error instanceof DomainError ? refusalOf(error) : startErrorText(error)).trimEnd();
}

/** Describes a refusal by command-line options; the API names fields instead. */
function refusalOf(error: DomainError): string {
  const faults = error.extras.errors ?? [];
  return faults.length === 0 ? error.message : faults.map(sentenceOf).join('\n');
}

function sentenceOf({ code, detail, pointer = '' }: FieldError): string {
  const field = pointer.split('/')[1] ?? '';
  const what = `The ${field.replaceAll('_', ' ')}`;
  if (code === 'common_password') return 'The password is too common.';
  if (code === 'required') return `${what} is missing: pass --${field.replaceAll('_', '-')}.`;
  if (detail.startsWith(`${field} `)) return `${what} ${detail.slice(field.length + 1)}`;
  return /^[a-z]/.test(detail) ? `${what} ${detail}` : `${what}: ${detail}`;
}
