import { type DomainErrorClass } from '@waybill/core';
import { MAX_ERRORS, MethodNotAllowedError, RouteNotFoundError } from '@waybill/http';
import { schemaReference } from './schemas';
import type { Schema } from './types';

// Unknown paths and methods, which are not in the document, return these errors.
const unknownRouteErrors: readonly DomainErrorClass[] = [RouteNotFoundError, MethodNotAllowedError];

/** Schemas of an error reply. All operations share them, so that a generated client has one error type. */
export function problemSchemas(errors: readonly DomainErrorClass[]): Record<string, Schema> {
  const codes = [...unknownRouteErrors, ...errors].map(({ code }) => code);
  const general: Record<string, Schema> = {
    type: { type: 'string', format: 'uri', description: 'A URN that contains the `code`.' },
    title: { type: 'string', description: 'The name of the HTTP status.' },
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
    detail: {
      type: 'string',
      description: 'Human-readable explanation of the error. The wording may change.',
    },
    instance: {
      type: 'string',
      format: 'uri-reference',
      description: 'The path of the request, without the query.',
    },
    code: {
      type: 'string',
      enum: [...new Set(codes)].toSorted(),
      description: 'Machine-readable error code. Codes do not change. New ones may be added.',
    },
    request_id: { type: 'string', description: 'The same value as the `X-Request-Id` header.' },
    errors: {
      type: 'array',
      items: schemaReference('FieldError'),
      maxItems: MAX_ERRORS,
      description: `Invalid fields, parameters and headers. Empty for other errors. Lists the first ${MAX_ERRORS}. If there are more, \`detail\` gives the total number.`,
    },
  };
  return {
    Problem: {
      type: 'object',
      description: 'An error reply (RFC 9457).',
      properties: { ...general, ...membersOf(errors) },
      required: Object.keys(general),
    },
    FieldError: fieldError,
  };
}

function membersOf(errors: readonly DomainErrorClass[]): Record<string, Schema> {
  const members: Record<string, Schema> = {};
  for (const { name, members: own } of errors)
    for (const [member, schema] of Object.entries(own)) {
      if (members[member] && members[member] !== schema)
        throw new Error(`${name} declares the member ${member} with another schema: use one schema for all`);
      members[member] = schema;
    }
  return members;
}

const fieldError: Schema = {
  type: 'object',
  description: 'An error and its location. It has exactly one of `pointer`, `parameter` and `header`.',
  properties: {
    code: { type: 'string', description: 'The rule that was broken.', examples: ['required'] },
    detail: {
      type: 'string',
      description: 'Human-readable explanation of the error.',
      examples: ['This field is required.'],
    },
    pointer: {
      type: 'string',
      description: 'JSON Pointer (RFC 6901) to a field of the request body.',
      examples: ['/name'],
    },
    parameter: { type: 'string', description: 'Name of a query parameter.' },
    header: { type: 'string', description: 'Name of a request header.' },
  },
  required: ['code', 'detail'],
  minProperties: 3,
  maxProperties: 3,
};
