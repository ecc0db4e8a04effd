import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, ConfigurationError } from '@waybill/config';

const DEFAULT_PORT = 8000;
const PORTS_TO_TRY = 100;

/** Listens on the configured port, or on the first free one from 8000 on. @returns the URL for a person on this machine. */
export async function listen(app: NestFastifyApplication, { host, port, tls }: Config): Promise<string> {
  await app.listen(port ?? (await firstFreePort(host)), host).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new ConfigurationError([`PORT: ${port} is taken on ${host}`]);
    throw error;
  });
  const { address, port: actual } = app.getHttpServer().address() as { address: string; port: number };
  const isLocal = ['127.0.0.1', '0.0.0.0', '::1', '::'].includes(address);
  return `${tls ? 'https' : 'http'}://${isLocal ? 'localhost' : address}:${actual}`;
}

async function firstFreePort(host: string): Promise<number> {
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TO_TRY; port++) {
    if (await isFree(host, port)) return port;
  }
  throw new Error(`Every port from ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TO_TRY - 1} is taken; set PORT`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => probe.close(() => resolve(true)))
      .listen(port, host);
  });
}
