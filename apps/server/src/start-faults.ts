import { type Config, ConfigurationError } from '@waybill/config';
import { DatabaseUnreachableError } from '@waybill/database';
import { EmbeddedPostgresError } from '@waybill/embedded-postgres';

/** What was typed can't be done; the message is meant for whoever typed it. */
export class UsageError extends Error {}

const FOR_PEOPLE = [UsageError, ConfigurationError, DatabaseUnreachableError, EmbeddedPostgresError];

/** What a person is told of an error that ends a process: a sentence where it is a fault of theirs, else the stack. */
export function sayOf(error: Error): string {
  return FOR_PEOPLE.some((type) => error instanceof type) ? error.message : String(error.stack);
}

/** A fault of listening as one of the configuration, by the variable to change; any other error as it is. */
export function listeningFault(
  error: NodeJS.ErrnoException,
  variable: 'PORT' | 'OPS_PORT',
  { host, ...config }: Pick<Config, 'host' | 'port' | 'opsPort'>,
): Error {
  const port = variable === 'PORT' ? config.port : config.opsPort;
  const faults: Record<string, string> = {
    EADDRINUSE: `${variable}: ${port} is taken on ${host}`,
    EACCES: `${variable}: ${port} may be used by root alone`,
    EADDRNOTAVAIL: `HOST: ${host} is no address of this machine`,
    EINVAL: `HOST: ${host} is no address of this machine`,
    ENOTFOUND: `HOST: ${host} is a name that can't be resolved`,
    EAI_AGAIN: `HOST: ${host} is a name that can't be resolved`,
  };
  const fault = faults[error.code ?? ''];
  return fault === undefined ? error : new ConfigurationError([fault]);
}
