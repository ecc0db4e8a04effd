import type { FastifyInstance } from 'fastify';

/** Listens on the address from the bench and reports it. */
export async function listen(server: Pick<FastifyInstance, 'listen'>): Promise<void> {
  await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
  process.stdout.write('ready\n');
}
