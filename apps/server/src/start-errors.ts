import { type Config, ConfigurationError } from '@waybill/config';
import { DatabaseUnreachableError } from '@waybill/database';
import { EmbeddedPostgresError } from '@waybill/embedded-postgres';

/** Invalid command-line arguments. The message is shown to the user. */
export class UsageError extends Error {}

const USER_ERRORS = [UsageError, ConfigurationError, DatabaseUnreachableError, EmbeddedPostgresError];

/** Returns the text for an error that ends a process: a sentence for a user's mistake, otherwise the stack. */
export function startErrorText(error: Error): string {
  return USER_ERRORS.some((type) => error instanceof type) ? error.message : String(error.stack);
}

/**
 * Converts an error of listening to a ConfigurationError that names the variable to change; returns other errors
 * unchanged.
 */
export function toListenError(
  error: NodeJS.ErrnoException,
  variable: 'PORT' | 'OPS_PORT',
  { host, ...config }: Pick<Config, 'host' | 'port' | 'opsPort'>,
): Error {
  const port = variable === 'PORT' ? config.port : config.opsPort;
  const faults: Record<string, string> = {
    EADDRINUSE: `${variable}: ${port} is in use on ${host}`,
    EACCES: `${variable}: only root may use ${port}`,
    EADDRNOTAVAIL: `HOST: ${host} is not an address of this machine`,
    EINVAL: `HOST: ${host} is not an address of this machine`,
    ENOTFOUND: `HOST: ${host} is a name that can't be resolved`,
    EAI_AGAIN: `HOST: ${host} is a name that can't be resolved`,
  };
  const fault = faults[error.code ?? ''];
  return fault === undefined ? error : new ConfigurationError([fault]);
}
