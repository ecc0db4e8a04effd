// Bare Fastify and pg: the session's row, then the package's, both by prepared statements.
import fastify from 'fastify';
import { listen } from './listen';
import { PACKAGE, type PackageRow, toReply } from './package-row';
import { ownerOf, pool } from './session';

const server = fastify();

server.get<{ Params: { id: string } }>('/api/v1/packages/:id', async (request) => {
  const owner = await ownerOf(request);
  const { rows } = await pool.query<PackageRow>({
    name: 'package',
    text: `SELECT ${PACKAGE} WHERE p.id = $1 AND p.owner_id = $2`,
    values: [Number(request.params.id), owner],
  });
  return toReply(rows[0]!);
});

void listen(server);
