import { randomBytes } from 'node:crypto';
import { scopes, type TransactionContext } from '@waybill/core';
import { validateBody } from '@waybill/http';
import { CreateApiKeyDto, CreateUserDto, roles, scopesOfRole, type StaffAdministration } from './sessions';
import { UsageError } from './start-errors';

/** Parsed command-line options. */
export type Options = Record<string, string | boolean | undefined>;

/** Asks for a password. */
export type ReadPassword = (prompt: string) => Promise<string>;

/** A command of `npm run admin`. */
export interface Command {
  /** One-line description. */
  summary: string;
  /** Options, as the usage shows them. */
  synopsis: string;
  /** Further help. A function, because modules register their scopes after this file is loaded. */
  help: () => string;
  options: Record<string, { type: 'string' | 'boolean' }>;
  /** Validates the options before any database is opened. @returns a function that runs the command and returns the text to print. */
  prepare(
    options: Options,
    readPassword: ReadPassword,
  ): Promise<(administration: StaffAdministration, ctx: TransactionContext) => Promise<string>>;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const PASSWORD_HELP = `Prompts for the password, or reads it from the first line of standard input if that is not a terminal.
--generate-password generates a password and prints it once. A password has 12 to 128 characters and is not a common one.`;

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = {
  'list-users': {
    summary: 'Lists all users, newest first.',
    synopsis: '',
    help: () => '',
    options: {},
    prepare: async () => async (administration, ctx) =>
      table(
        ['email', 'role', 'state', 'created'],
        (await administration.listUsers(ctx)).map(({ email, role, disabledAt, createdAt }) => [
          email,
          role,
          disabledAt ? 'disabled' : 'active',
          createdAt.toISOString(),
        ]),
      ),
  },

  'create-user': {
    summary: 'Creates a user.',
    synopsis: `--email <address> --role <${roles.join('|')}> [--generate-password]`,
    help: () => PASSWORD_HELP,
    options: { email: text, role: text, 'generate-password': flag },
    prepare: async (options, readPassword) => {
      const { password, shown } = await passwordFor(options, readPassword);
      const user = await validateBody(
        CreateUserDto,
        withoutUndefined({ ...pick(options, 'email', 'role'), password }),
      );
      return async (administration, ctx) => {
        await administration.createUser(ctx, user);
        return `Created ${user.email} with the role ${user.role}.\n${shown}`;
      };
    },
  },

  'reset-password': {
    summary: "Resets a user's password and ends their sessions.",
    synopsis: '--email <address> [--generate-password]',
    help: () => PASSWORD_HELP,
    options: { email: text, 'generate-password': flag },
    prepare: async (options, readPassword) => {
      const { password, shown } = await passwordFor(options, readPassword);
      const body = withoutUndefined({ ...pick(options, 'email'), role: roles[0], password });
      const { email } = await validateBody(CreateUserDto, body);
      return async (administration, ctx) => {
        await administration.resetPassword(ctx, email, password);
        return `Reset the password of ${email} and ended all of their sessions.\n${shown}`;
      };
    },
  },

  'list-keys': {
    summary: 'Lists all API keys, newest first.',
    synopsis: '',
    help: () => '',
    options: {},
    prepare: async () => async (administration, ctx) =>
      table(
        ['id', 'prefix', 'name', 'state', 'scopes'],
        (await administration.listKeys(ctx)).map((key) => [
          key.id,
          key.prefix,
          key.name,
          stateOf(key),
          key.scopes.length === scopes.length ? 'all' : key.scopes.join(','),
        ]),
      ),
  },

  'create-key': {
    summary: 'Creates an API key and prints it once.',
    synopsis: '--name <name> (--scopes <scope,…> | --role <role>) [--expires-at <time>]',
    help: () => `--role gives the key the scopes of a role: ${roles.join(', ')}.
--expires-at is a time such as 2027-11-21T09:00:00Z. Without it, the key does not expire.

Scopes:
${scopes.map((scope) => `  ${scope}`).join('\n')}`,
    options: { name: text, scopes: text, role: text, 'expires-at': text },
    prepare: async (options) => {
      const body = withoutUndefined({
        ...pick(options, 'name'),
        scopes: scopesFrom(options),
        expires_at: options['expires-at'],
      });
      const key = await validateBody(CreateApiKeyDto, body);
      if (key.expires_at !== undefined && new Date(key.expires_at).getTime() <= Date.now())
        throw new UsageError('The time of --expires-at is in the past.');
      return async (administration, ctx) => {
        const created = await administration.createKey(ctx, key);
        return `Created the API key ${created.row.id}.\nKey (shown only once): ${created.key}\n`;
      };
    },
  },

  'revoke-key': {
    summary: 'Revokes an API key at once.',
    synopsis: '--key <ID or prefix>',
    help: () => 'list-keys shows the IDs and prefixes.',
    options: { key: text },
    prepare: async ({ key }) => {
      if (typeof key !== 'string') throw new UsageError('The key is missing: pass --key.');
      return async (administration, ctx) => {
        const { name, id } = await administration.revokeKey(ctx, key);
        return `Revoked the API key ${id} (${name}).\n`;
      };
    },
  },
};

const DATABASE_HELP =
  'Works with or without a running server. Uses DATABASE_URL, or the embedded database in DATA_DIR.\n';

export const USAGE = `npm run admin -- <command>

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(15)} ${summary}`)
  .join('\n')}

Run npm run admin -- <command> --help for details.

${DATABASE_HELP}`;

/** Returns the help of one command. */
export const usageOf = (name: string, { summary, synopsis, help }: Command): string =>
  [
    `npm run admin -- ${name} ${synopsis}`.trimEnd(),
    summary,
    ...(help() ? [help()] : []),
    DATABASE_HELP,
  ].join('\n\n');

async function passwordFor(
  options: Options,
  readPassword: ReadPassword,
): Promise<{ password: string; shown: string }> {
  if (options.email === undefined) throw new UsageError('The email is missing: pass --email.');
  if (!options['generate-password'])
    return { password: await readPassword(`Password of ${String(options.email)}: `), shown: '' };
  const password = randomBytes(18).toString('base64url');
  return { password, shown: `Password (shown only once): ${password}\n` };
}

function scopesFrom({ scopes: list, role }: Options): readonly string[] | undefined {
  if (list !== undefined && role !== undefined) throw new UsageError('Pass --scopes or --role, not both.');
  if (role === undefined)
    return typeof list === 'string' ? list.split(',').map((scope) => scope.trim()) : undefined;
  const known = roles.find((name) => name === role);
  if (!known) throw new UsageError(`The role must be one of ${roles.join(', ')}.`);
  return [...scopesOfRole(known)];
}

function stateOf({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date | null }): string {
  if (revokedAt) return 'revoked';
  if (!expiresAt) return 'active';
  return expiresAt.getTime() <= Date.now() ? 'expired' : `until ${expiresAt.toISOString()}`;
}

const pick = (options: Options, ...names: string[]): Options =>
  Object.fromEntries(names.map((name) => [name, options[name]]));

/** Removes undefined fields, so that validation reports them as missing. */
const withoutUndefined = (fields: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

// Users choose names freely, and a terminal would interpret control characters.
const withoutControlCharacters = (cell: string): string => cell.replaceAll(/\p{C}/gu, '?');

function table(headers: string[], unsafe: string[][]): string {
  const rows = unsafe.map((row) => row.map(withoutControlCharacters));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => row[column]!.length)),
  );
  const lines = [headers, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
