import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { createPlainServer } from '@waybill/http';
import type { FastifyInstance } from 'fastify';
import { register } from 'prom-client';
import { Readiness } from './readiness';

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves `/livez`, `/readyz` and `/metrics` on `OPS_PORT`: for a worker, and for an API that does not expose metrics on
 * its public port.
 */
@Injectable()
export class OpsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private server?: FastifyInstance;

  /** URL of this server; undefined without `OPS_PORT`. */
  url?: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.opsPort === undefined) return;
    const server = createPlainServer(REQUEST_TIMEOUT_MS, {
      '/livez': () => ({ status: 'ok' }),
      '/readyz': async () => {
        await this.readiness.assert();
        return { status: 'ok' };
      },
      '/metrics': async (reply) => reply.type(register.contentType).send(await register.metrics()),
    });
    this.server = server;
    this.url = await server.listen({ host: this.config.host, port: this.config.opsPort });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server?.close();
  }
}
