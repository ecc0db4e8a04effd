// Minimum cost of a request with a session: one prepared query for its row.
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Pool } from 'pg';

/** Same pool size as our server. */
export const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** @returns the owner ID whose packages the caller sees. */
export async function ownerOf(request: FastifyRequest): Promise<string> {
  const token = request.headers.cookie!.slice('waybill_session='.length);
  const { rows } = await pool.query<{ owner_id: string }>({
    name: 'session',
    text: 'SELECT id, owner_id, user_id FROM sessions WHERE token_hash = $1 AND expires_at > now()',
    values: [createHash('sha256').update(token).digest()],
  });
  return rows[0]!.owner_id;
}
