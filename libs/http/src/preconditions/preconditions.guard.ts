import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { BadRequestError, type EntityTags } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { parseEntityTags } from './parse-entity-tags';

/** Parses the precondition headers, so that a malformed one is refused before any look-up. */
@Injectable()
export class PreconditionsGuard implements CanActivate {
  canActivate(execution: ExecutionContext): true {
    const { context, headers } = execution.switchToHttp().getRequest<FastifyRequest>();
    context.preconditions = {
      ifMatch: read('If-Match', headers['if-match']),
      ifNoneMatch: read('If-None-Match', headers['if-none-match']),
    };
    return true;
  }
}

function read(header: string, value: string | undefined): EntityTags | undefined {
  if (value === undefined) return undefined;
  const tags = parseEntityTags(value);
  const detail = 'Send * or a comma-separated list of quoted ETags.';
  if (!tags) throw new BadRequestError([{ code: 'malformed', detail, header }]);
  return tags;
}
