// Bare Fastify and pg: one INSERT of the same row, committed before the 202.
import fastify from 'fastify';
import { v7 } from 'uuid';
import { listen } from './listen';
import { createTable, insertion, type Registration } from './registrations';
import { pool } from './session';

const server = fastify();

server.post<{ Body: Registration }>('/api/v1/packages', async (request, reply) => {
  const { rows } = await pool.query(insertion(v7(), request.body));
  return reply.status(202).send(rows[0]);
});

void createTable(pool).then(() => listen(server));
