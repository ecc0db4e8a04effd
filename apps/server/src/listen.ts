import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, ConfigurationError } from '@waybill/config';
import { toListenError } from './start-errors';

const DEFAULT_PORT = 8000;
const PORTS_TO_TRY = 100;

/**
 * Checks the addresses that the process will listen on, so that a wrong one fails before anything starts.
 * @throws ConfigurationError that names the variable.
 */
export async function assertCanListen(config: Config): Promise<void> {
  const probes: Server[] = [];
  try {
    // Holds both ports at once, so that the same port for both also fails.
    if (config.role !== 'worker') probes.push(await probe(config, 'PORT'));
    if (config.opsPort !== undefined) probes.push(await probe(config, 'OPS_PORT'));
  } finally {
    await Promise.all(probes.map(closed));
  }
}

async function probe(config: Config, variable: 'PORT' | 'OPS_PORT'): Promise<Server> {
  const port = (variable === 'PORT' ? config.port : config.opsPort) ?? 0;
  const server = createServer((socket) => socket.destroy()).listen(port, config.host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    throw toListenError(error as NodeJS.ErrnoException, variable, config);
  }
}

const closed = (server: Server): Promise<unknown> =>
  new Promise((resolve) => {
    server.close(resolve);
  });

/**
 * Listens on the configured port, or on the first free one from 8000 up.
 * @returns the URL to open on this machine.
 * @throws ConfigurationError if no such port is free.
 */
export async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  const { host, port, tls } = config;
  const candidates =
    port === undefined ? Array.from({ length: PORTS_TO_TRY }, (_, offset) => DEFAULT_PORT + offset) : [port];
  if (!(await listensOnOneOf(app, candidates, config)))
    throw new ConfigurationError([
      `PORT: ${candidates[0]}${port === undefined ? ' and the ports after it are' : ' is'} in use on ${host}`,
    ]);
  const { address, port: actual } = app.getHttpServer().address() as { address: string; port: number };
  const isLocal = ['127.0.0.1', '0.0.0.0', '::1', '::'].includes(address);
  return `${tls ? 'https' : 'http'}://${isLocal ? 'localhost' : address}:${actual}`;
}

// Tries each port by listening, without a check before it: two processes that start at once would both find the same
// port free.
async function listensOnOneOf(
  app: NestFastifyApplication,
  ports: number[],
  config: Config,
): Promise<boolean> {
  for (const port of ports) {
    try {
      await app.listen(port, config.host);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE')
        throw toListenError(error as NodeJS.ErrnoException, 'PORT', config);
    }
  }
  return false;
}
