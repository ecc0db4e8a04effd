import { BadRequestError, type EntityTags } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { parseEntityTags } from './parse-entity-tags';

/** Reads what a request depends on, so that a header that can't be read is refused before anything is looked up. */
export function readPreconditions({ context, headers }: FastifyRequest): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return;
  context.preconditions = {
    ifMatch: read('If-Match', ifMatch),
    ifNoneMatch: read('If-None-Match', ifNoneMatch),
  };
}

function read(header: string, value: string | undefined): EntityTags | undefined {
  if (value === undefined) return undefined;
  const tags = parseEntityTags(value);
  const detail = 'Send * or a comma-separated list of quoted ETags.';
  if (!tags) throw new BadRequestError([{ code: 'malformed', detail, header }]);
  return tags;
}
