// Bare Fastify and pg: the session's row, then its 50 newest packages, both by prepared statements.
import fastify from 'fastify';
import { listen } from './listen';
import { PACKAGE, type PackageRow, toReply } from './package-row';
import { ownerOf, pool } from './session';

const server = fastify();

server.get('/api/v1/packages', async (request) => {
  const owner = await ownerOf(request);
  const { rows } = await pool.query<PackageRow>({
    name: 'packages',
    text: `SELECT ${PACKAGE} WHERE p.owner_id = $1 ORDER BY p.id DESC LIMIT 50`,
    values: [owner],
  });
  return { items: rows.map(toReply), next_cursor: null };
});

void listen(server);
