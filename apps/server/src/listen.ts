import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, ConfigurationError } from '@waybill/config';

const DEFAULT_PORT = 8000;
const PORTS_TO_TRY = 100;

/**
 * Listens on the configured port, or on the first free one from 8000 on.
 * @returns the URL for a person on this machine.
 * @throws ConfigurationError where no such port is free.
 */
export async function listen(app: NestFastifyApplication, { host, port, tls }: Config): Promise<string> {
  const candidates =
    port === undefined ? Array.from({ length: PORTS_TO_TRY }, (_, offset) => DEFAULT_PORT + offset) : [port];
  if (!(await listensOnOneOf(app, candidates, host)))
    throw new ConfigurationError([
      `PORT: ${candidates[0]}${port === undefined ? ' and those after it are' : ' is'} taken on ${host}`,
    ]);
  const { address, port: actual } = app.getHttpServer().address() as { address: string; port: number };
  const isLocal = ['127.0.0.1', '0.0.0.0', '::1', '::'].includes(address);
  return `${tls ? 'https' : 'http'}://${isLocal ? 'localhost' : address}:${actual}`;
}

// Tried by listening, and not by a probe before: two processes that start at once would both find the same port free.
async function listensOnOneOf(app: NestFastifyApplication, ports: number[], host: string): Promise<boolean> {
  for (const port of ports) {
    try {
      await app.listen(port, host);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return false;
}
