// Bare Fastify: one route that returns a text, and nothing else.
import Fastify from 'fastify';
import { listen } from './listen';

const reply = process.env.REPLY!;

async function main(): Promise<void> {
  const fastify = Fastify();
  fastify.get(process.env.ROUTE!, (_request, answer) => {
    void answer.type('application/json; charset=utf-8').send(reply);
  });
  await listen(fastify);
}

void main();
