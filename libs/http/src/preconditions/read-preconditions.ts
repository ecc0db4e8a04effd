import { BadRequestError, type EntityTags } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { parseEntityTags } from './parse-entity-tags';

/** Parses the precondition headers before any look-up, so that a malformed header is refused first. */
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
