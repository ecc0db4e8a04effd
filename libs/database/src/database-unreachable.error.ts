/**
 * The configured database refused the connection or can't be reached. The message names the variable, never the
 * password, and can be shown on a terminal.
 */
export class DatabaseUnreachableError extends Error {
  override readonly name = 'DatabaseUnreachableError';

  constructor(url: string, cause: Error) {
    const { host, pathname, username } = new URL(url);
    super(`DATABASE_URL: ${reasonOf(cause, host, pathname.slice(1), decodeURIComponent(username))}.`, {
      cause,
    });
  }
}

// Uses the SQLSTATE or the socket's error code, because the driver's message may contain the credentials.
function reasonOf(cause: Error, host: string, database: string, user: string): string {
  const { code } = cause as Error & { code?: string };
  if (code === '28P01' || code === '28000')
    return `PostgreSQL at ${host} refuses the user "${user}" or the password`;
  if (code === '3D000') return `PostgreSQL at ${host} has no database "${database}": create it first`;
  if (code === '42501') return `PostgreSQL at ${host} does not allow "${user}" to connect to "${database}"`;
  if (code === '53300') return `PostgreSQL at ${host} has too many connections`;
  if (code === '57P03') return `PostgreSQL at ${host} is starting or stopping: try again`;
  return `PostgreSQL at ${host} can't be reached (${code ?? cause.message})`;
}
