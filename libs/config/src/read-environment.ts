import { existsSync } from 'node:fs';

const ENV_FILE = '.env';

/** The environment of this process, with what a `.env` in the working directory adds; what is set already wins. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  return process.env;
}
