import { readFileSync } from 'node:fs';
import { ConfigurationError } from './config';
import { envFileWarnings } from './env-file';

const ENV_FILE = '.env';

/**
 * The environment of this process, with what a `.env` in the working directory adds; what is set already wins.
 * @param warn is told what in that file has no effect.
 * @throws ConfigurationError where the file can't be read.
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
