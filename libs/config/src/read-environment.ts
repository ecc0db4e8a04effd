import { readFileSync } from 'node:fs';
import { ConfigurationError } from './config';
import { envFileWarnings } from './env-file';

const ENV_FILE = '.env';

/**
 * Returns the environment of this process, extended by `.env` in the working directory. Variables that are already set
 * take precedence.
 * @param warn receives a warning for each line of the file that has no effect.
 * @throws ConfigurationError if the file can't be read.
 */
export function readEnvironment(warn: (warning: string) => void): NodeJS.ProcessEnv {
  const text = readEnvFile();
  if (text === undefined) return process.env;
  for (const warning of envFileWarnings(text)) warn(warning);
  process.loadEnvFile(ENV_FILE);
  return process.env;
}

function readEnvFile(): string | undefined {
  try {
    return readFileSync(ENV_FILE, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ConfigurationError([`.env: can't be read (${code})`]);
  }
}
