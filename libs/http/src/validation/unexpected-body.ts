import { ValidationFailedError } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { UnparsedBody } from '../requests/json-bodies';
import { StreamedBody } from '../requests/streamed-bodies';
import { routeMetadataOf } from '../routes/route-metadata';
import { pointerOf } from './field-errors';

/** Refuses a body that was too complex to parse, and a body with fields on a route without a body. */
export function refuseUnexpectedBody(request: FastifyRequest): void {
  const { body } = request;
  if (body === undefined || body === null || body instanceof StreamedBody) return;
  if (body instanceof UnparsedBody) throw body.refusal;
  if (!routeMetadataOf(request).takesBody) refuse(body);
}

function refuse(body: unknown): void {
  if (typeof body !== 'object' || Array.isArray(body))
    throw ValidationFailedError.at('', 'unexpected_body', 'This route takes no body.');
  const errors = Object.keys(body as object).map((name) => ({
    code: 'unknown_field',
    detail: 'There is no such field.',
    pointer: pointerOf([name]),
  }));
  if (errors.length > 0) throw new ValidationFailedError(errors);
}
